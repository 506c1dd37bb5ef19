/**
 * The bundle as an embedder uses it: two files in a folder of a site with the strict policy header,
 * a `<script type="module">` tag and `<kabina-booth>`, in Chromium. The worker reads a real election
 * from a board, which is another origin's static files.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { testCeremony, TestElection } from '@kabina/election/testing';
import { securityHeaders } from '@kabina/kiosk-shell/start/pages';
import type { Browser } from 'playwright-core';
import { buildBundle } from './build/bundle.ts';
import { launchChromium } from '../browser/chromium.ts';
import { answer, serve, type Site } from './serve.ts';

/** The embedder's own policy: workers and scripts from its own site. */
const TRUSTED_TYPES = `trustedTypes.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin === location.origin) return url;
    throw new TypeError('not from this site');
  },
});`;

/** A board as static files, which any web server could serve. */
async function serveBoard(): Promise<{ site: Site; electionId: string; title: string }> {
  const election = await TestElection.create();
  const { manifest } = election;
  const { steps } = await testCeremony(election, Date.parse(manifest.hours.opens) / 1000 - 3600);
  const { files } = election.build([
    { entry: election.sign('manifest', 'commission', { manifest }) },
    ...steps,
  ]);
  const site = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    answer(response, 'entries', files.get((request.url ?? '').replace('/board/', '')));
  });
  return { site, electionId: bytesToHex(election.electionId), title: manifest.title.ru };
}

describe('the bundle on an embedder’s page', () => {
  let out: string;
  let browser: Browser;
  const sites: Site[] = [];

  before(async () => {
    out = await mkdtemp(join(tmpdir(), 'kabina-bundle-'));
    await buildBundle(out);
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    for (const site of sites) site.close();
    await rm(out, { recursive: true });
  });

  it('is two files and their licences', async () => {
    assert.deepEqual((await readdir(out)).sort(), ['LICENSES.md', 'kabina-worker.js', 'kabina.js']);
  });

  it('shows the login screen of an election that its worker has verified', async () => {
    const { site: board, electionId, title } = await serveBoard();
    sites.push(board);
    const page = `<!doctype html><title>Портал</title>
      <script type="module" src="/policy.js"></script>
      <script type="module" src="/vendor/kabina/kabina.js"></script>
      <kabina-booth election="${electionId}" box="${board.origin}"
        registrar="${board.origin}/registrar" observers="${board.origin}/observers"></kabina-booth>`;
    const headers = securityHeaders([board.origin]);
    const files = new Map<string, string | Uint8Array>([
      ['page/index.html', page],
      ['policy.js', TRUSTED_TYPES],
      ['vendor/kabina/kabina.js', await readFile(join(out, 'kabina.js'))],
      ['vendor/kabina/kabina-worker.js', await readFile(join(out, 'kabina-worker.js'))],
    ]);
    const site = await serve((request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      const name = (request.url ?? '').slice(1).replace(/\/$/, '/index.html');
      answer(response, name, files.get(name));
    });
    sites.push(site);

    const context = await browser.newContext({ locale: 'ru-RU' });
    const tab = await context.newPage();
    const asked = new Set<string>();
    const workers: string[] = [];
    const complaints: string[] = [];
    context.on('request', (request) => asked.add(new URL(request.url()).origin));
    tab.on('worker', (worker) => workers.push(worker.url()));
    tab.on('pageerror', (error) => complaints.push(error.message));
    tab.on('console', (message) => {
      // Chromium itself complains of answers 404: a tab without an icon, a board without news.
      if (message.type() === 'error' && !message.text().includes('404')) {
        complaints.push(message.text());
      }
    });
    await tab.addInitScript(() => {
      const violations: string[] = [];
      Object.assign(globalThis, { violations });
      document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(`${event.effectiveDirective}: ${event.blockedURI}`);
      });
    });
    await tab.goto(`${site.origin}/page/`);

    // Manifest, checkpoint, cosignatures and ceremony have been checked when the title appears.
    await tab
      .getByText(title)
      .first()
      .waitFor()
      .catch(() => assert.fail(`no election appeared: ${complaints.join('; ')}`));
    await tab.locator('kabina-booth input').first().waitFor();
    assert.deepEqual(workers, [`${site.origin}/vendor/kabina/kabina-worker.js`]);
    assert.deepEqual([...asked].sort(), [site.origin, board.origin].sort());
    assert.deepEqual(
      await tab.evaluate(() => (globalThis as { violations?: string[] }).violations),
      [],
    );
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
