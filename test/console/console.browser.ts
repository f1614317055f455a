import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { fault } from '../faults/telling.ts';
import { enterStack } from '../service/script-environment.ts';
import { dashboard } from '../stack/dashboard.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { loaded, startChromium } from './chromium.ts';
import { makeTroubledWorld, type Troubled } from './troubled-world.ts';

/** `npm run test:console`: the page in a real Chromium, against the running stack. */
describe('the console', () => {
  let browser: Browser;
  let stack: Stack;
  let troubled: Troubled;
  let context: BrowserContext;
  let page: Page;
  /** What the browser itself complained of: violations of the policy, uncaught errors. */
  const complaints: string[] = [];
  const hosts = new Set<string>();

  beforeAll(async () => {
    browser = await startChromium();
    stack = await startStack();
    context = await browser.newContext();
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
  const see = (text: string | RegExp) => page.getByText(text).first().waitFor();
  const goTo = (hash: string) => page.goto(`${stack.api}/console${hash}`);
  /** Answers the dialog; the button that opened it has the focus again. */
  const answer = (name: string) => page.getByRole('dialog').getByRole('button', { name }).click();

  it('signs in by the issuer’s code flow, and comes back to where it was asked for', async () => {
    await goTo('#/drift');
    await press('Sign in');
    await heading('Drift');
    expect(page.url()).toBe(`${stack.api}/console#/drift`);
    expect(await page.evaluate('[Object.keys(sessionStorage), Object.keys(localStorage)]')).toEqual([[], []]);
  });

  it('shows that nothing is there, and that nothing needs anybody', async () => {
    await see('No scheduled comparison has been made yet.');
    await page.getByRole('link', { name: 'Overview' }).click();
    await see('Healthy');
    await see('Nothing needs a person.');
    await see('0 of 0 tries');
    await page.getByRole('link', { name: 'Customers' }).click();
    await see('There are no such customers.');
    await goTo('#/customers/never-was');
    await see('is not there');
    await see('Nothing has happened to it yet.');
    expect([await page.title(), await page.getByRole('alert').count()]).toEqual(['Customer never-was · Concord', 0]);
    await goTo('#/elsewhere');
    await heading('Nothing here');
  });

  it('shows what needs a person, why, and the next step', async () => {
    troubled = await makeTroubledWorld(stack);
    await goTo('#/');
    await press('Refresh');
    await see('1 customer failed, 1 operation waiting for a person');
    await see('Invalid email address');
    await see(/Stripe has the email ada\.byron@example\.com, which customer/);
    await page.getByText('As a table').click();
    expect(await page.getByRole('row').count()).toBe(13);
  });

  it('asks before it retries, and says what came of it', async () => {
    for (const leave of [() => answer('Cancel'), () => page.keyboard.press('Escape')]) {
      await press('Retry failed…');
      await leave();
      expect(await page.locator(':focus').textContent()).toBe('Retry failed…');
    }
    await press('Retry failed…');
    await answer('Retry now');
    // Where the button was, or how far down, no longer matters.
    await page.locator('.result:focus').getByText('Retried 2: 0 succeeded, 2 still failing').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await press('Dismiss');
    expect(await page.locator('main:focus').count()).toBe(1);
  });

  it('retries an operation that needs attention', async () => {
    await press('Retry the create…');
    await see('goes on where it stopped');
    await answer('Retry');
    await see('The operation is compensating again.');
    await stack.settle();
  });

  it('redrives dead letters', async () => {
    const { PokesQueueUrl } = await enterStack(stack);
    const sqs = new SQSClient({});
    await sqs.send(
      new SendMessageCommand({ QueueUrl: `${PokesQueueUrl}-dead`, MessageBody: '{"customerId":"nobody"}' }),
    );
    sqs.destroy();
    await press('Refresh');
    await press('Redrive…');
    await answer('Redrive');
    await see('Redriven: 1.');
    await stack.settle();
  });

  it('shows a customer’s two sides with what they agreed on, and its timeline with each step', async () => {
    await goTo(`#/customers/${troubled.drifted}`);
    await heading('Donald Knuth');
    await see('Donald E. Knuth');
    const verdicts = page.getByRole('row', { name: /^So/ }).getByRole('cell');
    expect(await verdicts.allTextContents()).toEqual(['Changed in Stripe.', 'Both agree.']);
    await see('Protected update');
    await see('apply');
  });

  it('decides a conflict, and says when that is refused', async () => {
    await goTo(`#/customers/${troubled.conflict}`);
    await press('Take Stripe’s…');
    await answer('Take Stripe’s');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await answer('Cancel');
    await press('Keep the catalog’s…');
    await answer('Keep the catalog’s');
    await see('The catalog keeps its value.');
  });

  it('links a customer that has no twin, and says when that is refused', async () => {
    const { id } = await dashboard(stack).customers.create({ name: 'Made by hand' });
    await goTo(`#/customers/${troubled.failed}`);
    const link = async (externalId: string) => {
      await page.getByLabel('Its Stripe customer').fill(externalId);
      await press('Link…');
      await answer('Link');
    };
    await link('cus_nobody');
    await page.getByRole('dialog').getByText('no customer in Stripe').waitFor();
    await answer('Cancel');
    await link(id);
    await see(`Linked to ${id}.`);
    await page.getByLabel('Its Stripe customer').waitFor({ state: 'detached' });
    await stack.settle();
  });

  it('plans repairs, and applies them when asked', async () => {
    await goTo('#/drift');
    await press('Compare now');
    await see('name-drift');
    await press('Plan repairs');
    await press('Apply…');
    await see(/1 × name-drift/);
    await answer('Apply');
    await see(/Repaired [1-9]/);
    await stack.settle();
    await goTo(`#/customers/${troubled.drifted}`);
    await heading('Donald E. Knuth');
  });

  it('shows who asked for what, and how it ended', async () => {
    await page.getByRole('link', { name: 'Actions' }).click();
    await heading('Actions');
    await see('Apply repairs');
    const row = page.getByRole('row', { name: /Decide a conflict/ }).last();
    expect(await row.textContent()).toMatch(/local-user.*keep: stripe.*email-taken/);
  });

  it('finds customers, by the keyboard alone', async () => {
    await goTo('#/customers');
    await heading('Customers');
    await page.getByLabel('Email or id').focus();
    await page.keyboard.type('grace.hopper@example.com');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Grace Hopper' }).focus();
    await page.keyboard.press('Enter');
    await heading('Grace Hopper');
  });

  it('says what went wrong, and tries again', async () => {
    await fault(stack, { service: 'dynamodb', kind: 'error', status: 400, times: 1000 });
    await press('Refresh');
    await see('Something went wrong here.');
    await stack.control$('DELETE', '/faults');
    await press('Refresh');
    await page.getByText('Something went wrong here.').first().waitFor({ state: 'detached' });
  });

  it('has a name for everything that can be pressed or filled in, and fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of ['#/', '#/customers', `#/customers/${troubled.conflict}`, '#/drift', '#/actions']) {
      await goTo(hash);
      await loaded(page);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      for (const role of ['link', 'button', 'textbox', 'combobox'] as const) {
        const all = await page.getByRole(role).count();
        expect([hash, role, await page.getByRole(role, { name: /\S/ }).count()]).toEqual([hash, role, all]);
      }
    }
  });

  it('shows a token’s limits, and ends with the token', async () => {
    await goTo('#/');
    await press('Sign out');
    await page.getByLabel(/paste a token/).fill(stack.tokens.read);
    await press('Use it');
    await see('Your token may not do this: it needs customers:admin.');
    await press('Sign out');
    const request = { scopes: ['customers:admin'], expires_in_seconds: -60 };
    await page.getByLabel(/paste a token/).fill(String((await stack.control$('POST', '/tokens', request))['token']));
    await press('Use it');
    await see('The token is not taken, or has expired. Sign in again.');
  });

  it('has talked to the stack only, and the browser had nothing to complain of', () => {
    expect([...hosts].sort()).toEqual([new URL(stack.api).host, new URL(stack.control).host].sort());
    expect(complaints).toEqual([]);
  });

  it('and would have, had the page asked anybody else', async () => {
    const asked = page.evaluate("fetch('https://elsewhere.example/').then(() => 'answered', () => 'refused')");
    expect(await asked).toBe('refused');
    expect(complaints).toContainEqual(expect.stringContaining('connect-src'));
  });
});
