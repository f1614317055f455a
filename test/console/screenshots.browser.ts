import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type Stack, startStack } from '../stack/stack.ts';
import { loaded, startChromium } from './chromium.ts';
import { smallPng } from './small-png.ts';
import { makeTroubledWorld, type Troubled } from './troubled-world.ts';

/** `npm run screenshots`: makes the pictures of the README, or, with `--into DIR`, all of them there. */
const directory = process.env['SHOTS'] ?? join('docs', 'images');
const isAll = process.env['SHOTS'] !== undefined;

const SCREENS = [
  { name: 'wide-light', width: 1280, height: 860, colorScheme: 'light' },
  { name: 'wide-dark', width: 1280, height: 860, colorScheme: 'dark' },
  { name: 'phone-light', width: 390, height: 844, colorScheme: 'light' },
  { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark' },
] as const;
/** What the README shows. */
const KEPT = ['overview-wide-light', 'customer-wide-dark', 'overview-phone-light', 'customer-phone-dark'];

describe('screenshots of the console', () => {
  let stack: Stack;
  let browser: Browser;
  let troubled: Troubled;
  beforeAll(async () => {
    browser = await startChromium();
    stack = await startStack();
    troubled = await makeTroubledWorld(stack);
    mkdirSync(directory, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const pictures: Record<string, (page: Page) => Promise<unknown>> = {
    overview: (page) => page.getByText('Invalid').first().waitFor(),
    customers: (page) => page.getByRole('link', { name: 'Customers' }).click(),
    customer: (page) => goTo(page, `#/customers/${troubled.drifted}`, 'Protected update'),
    conflict: (page) => goTo(page, `#/customers/${troubled.conflict}`, 'Keep the catalog'),
    linking: (page) => goTo(page, `#/customers/${troubled.failed}`, 'Its Stripe customer'),
    actions: (page) => goTo(page, '#/actions', 'Outcome'),
    drift: async (page) => {
      await goTo(page, '#/drift', 'Compare now');
      await page.getByRole('button', { name: 'Plan repairs' }).click();
      await page.getByRole('button', { name: 'Apply' }).waitFor();
      await page.getByRole('button', { name: 'Compare now' }).click();
      await page.getByText('Report of').waitFor();
    },
    asking: async (page) => {
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('dialog').waitFor();
    },
  };

  it.each(SCREENS)('are made on a screen that is $name', async ({ name, width, height, colorScheme }) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${stack.api}/console`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    for (const [what, show] of Object.entries(pictures)) {
      if (!isAll && !KEPT.includes(`${what}-${name}`)) continue;
      await show(page);
      await loaded(page);
      const picture = await page.screenshot({ fullPage: isAll && what !== 'asking' });
      writeFileSync(join(directory, `${what}-${name}.png`), smallPng(picture));
    }
    await context.close();
  });

  async function goTo(page: Page, hash: string, text: string): Promise<void> {
    await page.goto(`${stack.api}/console${hash}`);
    await page.getByText(text).first().waitFor();
  }
});
