import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  // Letters with grey edges: pictures of few colours.
  '--disable-lcd-text',
];

/**
 * Starts a browser that talks to nobody but the page's own hosts.
 * @throws Error that says how to get one, when there is none.
 */
export function startChromium(): Promise<Browser> {
  const named = process.env['CHROMIUM'];
  const executablePath = (named === undefined ? PLACES : [named]).find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(
      'There is no Chromium here. Install it (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask ' +
        'chromium), or set CHROMIUM to the path of a Chrome.',
    );
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Waits until the page shows a place of the console, and nothing of it is loading any more. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  while ((await page.getByText('Loading…').count()) > 0) await page.waitForTimeout(50);
}
