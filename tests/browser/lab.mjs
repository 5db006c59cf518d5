// Drives JupyterLab in Chromium: opens a notebook, runs all cells by the menu, takes pictures in the light and the dark theme and of the HTML export.
// With `interrupt` it first interrupts the training cell, runs that cell again, interrupts it again and restarts the kernel.
//
// Arguments as JSON: {core, chromium, url, pictures, interrupt}. Prints one JSON line: what was seen.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const options = JSON.parse(process.argv[2]);
const { chromium } = createRequire(options.core + '/')('playwright-core');

const CELL_MS = 480_000;
const browser = await chromium.launch({ executablePath: options.chromium, args: ['--no-sandbox'] });
const seen = { updates: 0, again: 0, errors: [], themes: {}, requests: [] };

async function command(page, id, args) {
  await page.evaluate(([id, args]) => window.jupyterapp.commands.execute(id, args), [id, args]);
}

// An entry of the menu bar, clicked as a user does.
async function menu(page, name, entry) {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: new RegExp(`^${entry}$`) }).click();
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

// The curve is redrawn in place: counts how often its line of text changes until `enough` of the count, or until all cells have ended.
async function watch(page, enough = Infinity) {
  let last = await curve(page);
  let updates = 0;
  let idle = 0;
  const end = Date.now() + CELL_MS;
  while (updates < enough && idle < 8) {
    if (Date.now() > end) throw new Error(`the cells have not ended; shown:\n${await shown(page)}`);
    const line = await curve(page);
    if (line && line !== last) updates++;
    last = line;
    idle = (await status(page)) === 'idle' ? idle + 1 : 0;
    await page.waitForTimeout(200);
  }
  return updates;
}

async function curve(page) {
  return (await shown(page)).match(/^step \d+\/\d+ .*$/m)?.[0] ?? '';
}

async function until(page, test) {
  const end = Date.now() + CELL_MS;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${test}; shown:\n${await shown(page)}`);
    await page.waitForTimeout(200);
  }
}

async function interrupt(page) {
  await menu(page, 'Kernel', 'Interrupt Kernel');
  await until(page, async () => /^step .* (interrupted|done) after/m.test(await shown(page)) && (await status(page)) === 'idle');
}

// JupyterLab's own HTML export of the saved notebook; its page asks for scripts that are not ours.
async function exported() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  const [base, path] = options.url.split('/lab/tree/');
  await page.goto(`${base}/nbconvert/html/${path}?download=false`, { waitUntil: 'domcontentloaded', referer: options.url });
  await page.screenshot({ path: join(options.pictures, 'export.png'), fullPage: true });
  return { drawings: await page.locator('svg').count(), text: (await page.locator('body').innerText()).includes('score: after') };
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
    await menu(page, 'Run', 'Run All Cells');
    await until(page, async () => /^step \d+/m.test(await shown(page)));
    await interrupt(page);
    await page.evaluate(() => {
      const notebook = window.jupyterapp.shell.currentWidget.content;
      notebook.activeCellIndex = [...notebook.model.cells].findIndex(c => c.sharedModel.source.includes('new Trainer('));
    });
    await menu(page, 'Run', 'Run Selected Cell');
    seen.again = await watch(page, 4);
    await interrupt(page);
    seen.interrupted = /interrupted after/.test(await shown(page));
    await menu(page, 'Kernel', 'Restart Kernel…');
    await page.locator('.jp-Dialog button.jp-mod-accept').click();
    await until(page, async () => (await status(page)) === 'idle');
  }
  await menu(page, 'Run', 'Run All Cells');
  seen.updates = await watch(page);
  seen.errors = await page.evaluate(() => [...window.jupyterapp.shell.currentWidget.content.model.cells].flatMap(c => c.outputs?.toJSON() ?? []).filter(o => o.output_type === 'error' || o.name === 'stderr').map(o => o.evalue ?? o.text));
  seen.notRun = await page.evaluate(() => [...window.jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === 'code' && !c.executionCount).length);
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    await command(page, 'apputils:change-theme', { theme });
    await page.waitForTimeout(1500);
    const name = theme.endsWith('Dark') ? 'dark' : 'light';
    seen.themes[name] = await page.evaluate(() => getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor);
    await picture(page, name);
  }
  await command(page, 'docmanager:save');
  await page.waitForTimeout(500);
  seen.export = await exported();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
