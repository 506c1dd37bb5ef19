/**
 * Unit tests in a real Chromium: every `*.browser.test.ts`. Debian's Chromium, one page at a time
 * (two cores). As root, Chromium needs `--no-sandbox`; the other flags keep it off the network.
 */
import { existsSync } from 'node:fs';
import { chromeLauncher } from '@web/test-runner-chrome';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import type { TestRunnerConfig } from '@web/test-runner';
import { countReporter } from './test/browser/count-reporter.ts';

const executablePath =
  process.env['CHROME_PATH'] ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);

const config: TestRunnerConfig = {
  files: [
    'packages/*/src/**/*.browser.test.ts',
    'kiosk-shell/**/*.browser.test.ts',
    '!**/node_modules/**',
  ],
  nodeResolve: { exportConditions: ['browser', 'production'] },
  concurrency: 1,
  concurrentBrowsers: 1,
  testsFinishTimeout: 300_000,
  browserStartTimeout: 60_000,
  testFramework: { config: { timeout: '30000' } },
  browsers: [
    chromeLauncher({
      launchOptions: {
        ...(executablePath === undefined ? {} : { executablePath }),
        args: [
          '--no-sandbox',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--disable-gpu',
          '--no-first-run',
        ],
      },
    }),
  ],
  plugins: [
    {
      // @hpke/common imports Node's crypto where there is no WebCrypto: never in a browser.
      name: 'no-node-crypto',
      resolveImport: ({ source }) => (source === 'crypto' ? '/no-node-crypto.js' : undefined),
    },
    esbuildPlugin({ ts: true, json: true, target: 'es2022' }),
  ],
  reporters: [countReporter()],
};

export default config;
