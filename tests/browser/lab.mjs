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

// Running all cells is a promise that is kept when the last has ended: it is not waited for.
async function startAll(page) {
  await page.evaluate(() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); });
}

async function openNotebook(page) {
  await page.goto(options.url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => window.jupyterapp?.shell?.currentWidget?.content?.model, null, { timeout: 60_000 });
  await page.waitForFunction(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle', null, { timeout: 60_000 });
}

async function status(page) {
  return page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status);
}

// What the notebook's cells show by now, as plain text, whether it is on the screen or not.
async function shown(page) {
  return page.evaluate(() => {
    const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
    return cells.flatMap(c => c.outputs?.toJSON() ?? []).map(o => [o.data?.['text/plain'] ?? ''].flat().join('')).join('\n');
  });
}

// The curve is redrawn in place: count how often its line of text changes while cells run.
async function runAll(page) {
  let last = '';
  let idle = 0;
  await startAll(page);
  const end = Date.now() + CELL_MS;
  while (Date.now() < end && idle < 8) {
    const line = (await shown(page)).match(/^step \d+\/\d+ .*$/m)?.[0] ?? '';
    if (line && line !== last) seen.updates++;
    last = line;
    idle = (await status(page)) === 'idle' ? idle + 1 : 0;
    await page.waitForTimeout(200);
  }
}

async function until(page, test) {
  const end = Date.now() + CELL_MS;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${test}; shown:\n${await shown(page)}`);
    await page.waitForTimeout(200);
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
    await startAll(page);
    await until(page, async () => /^step \d+/m.test(await shown(page)));
    await command(page, 'notebook:interrupt-kernel');
    await until(page, async () => /^step .* (interrupted|done) after/m.test(await shown(page)));
    seen.interrupted = /interrupted after/.test(await shown(page));
    await page.evaluate(() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart());
    await until(page, async () => (await status(page)) === 'idle');
  }
  await runAll(page);
  seen.errors = await page.evaluate(() => [...window.jupyterapp.shell.currentWidget.content.model.cells].flatMap(c => c.outputs?.toJSON() ?? []).filter(o => o.output_type === 'error' || o.name === 'stderr').map(o => o.evalue ?? o.text));
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
