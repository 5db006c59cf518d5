// Drives JupyterLab in Chromium: opens a notebook, runs all cells, takes pictures in the light and the dark theme.
//
// Arguments as JSON: {core, chromium, url, pictures, interrupt}. Prints one JSON line: what was seen.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const options = JSON.parse(process.argv[2]);
const { chromium } = createRequire(options.core + '/')('playwright-core');

const CELL_MS = 240_000;
const browser = await chromium.launch({ executablePath: options.chromium, args: ['--no-sandbox'] });
const seen = { updates: 0, errors: [], themes: {}, requests: [] };

async function command(page, id, args) {
  await page.evaluate(([id, args]) => window.jupyterapp.commands.execute(id, args), [id, args]);
}

async function openNotebook(page) {
  await page.goto(options.url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.jupyterapp?.shell?.currentWidget?.content?.model, null, { timeout: 60_000 });
  await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle', null, { timeout: 60_000 });
}

async function status(page) {
  return page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status);
}

// The curve is redrawn in place: count how often its text changes while cells run.
async function runAll(page) {
  let last = '';
  let idle = 0;
  await command(page, 'notebook:run-all-cells');
  const end = Date.now() + CELL_MS;
  while (Date.now() < end && idle < 8) {
    const text = await page.evaluate(() => [...document.querySelectorAll('.jp-OutputArea svg[aria-label="loss"] polyline')].map(p => p.getAttribute('points')).join('|'));
    if (text && text !== last) seen.updates++;
    last = text;
    idle = (await status(page)) === 'idle' ? idle + 1 : 0;
    await page.waitForTimeout(250);
  }
}

async function picture(page, name) {
  const outputs = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell .jp-OutputArea-output');
  const count = await outputs.count();
  for (let i = 0; i < count; i++) {
    await outputs.nth(i).scrollIntoViewIfNeeded().catch(() => {});
    await page.waitForTimeout(60);
  }
  const cells = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell');
  for (let i = 0; i < (await cells.count()); i++) {
    const cell = cells.nth(i);
    await cell.scrollIntoViewIfNeeded().catch(() => {});
    await cell.screenshot({ path: join(options.pictures, `${name}-${String(i + 1).padStart(2, '0')}.png`) }).catch(() => {});
  }
}

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  page.on('request', r => { if (!r.url().startsWith(options.url.split('/lab')[0]) && /^https?:/.test(r.url())) seen.requests.push(r.url()); });
  await openNotebook(page);
  if (options.interrupt) {
    await command(page, 'notebook:run-all-cells');
    await page.waitForFunction(() => document.querySelector('.jp-OutputArea svg[aria-label="loss"]'), null, { timeout: CELL_MS });
    await command(page, 'notebook:interrupt-kernel');
    await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle', null, { timeout: 60_000 });
    seen.interrupted = await page.evaluate(() => document.body.innerText.includes('interrupted after'));
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart());
    await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle', null, { timeout: 60_000 });
  }
  await runAll(page);
  seen.errors = await page.evaluate(() => [...document.querySelectorAll('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"], .jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]')].map(e => e.innerText));
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    await command(page, 'apputils:change-theme', { theme });
    await page.waitForTimeout(1500);
    const name = theme.endsWith('Dark') ? 'dark' : 'light';
    seen.themes[name] = await page.evaluate(() => getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor);
    await picture(page, name);
  }
  await command(page, 'docmanager:save');
  await page.waitForTimeout(500);
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
