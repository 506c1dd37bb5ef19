/**
 * Serves the built app on the loopback, for Chromium's developer mode of Isolated Web Apps:
 *
 *     chromium --enable-features=IsolatedWebApps,IsolatedWebAppDevMode \
 *       --install-isolated-web-app-from-url=http://127.0.0.1:8810
 *
 * `node kiosk-shell/isolated/serve.ts [FOLDER] [PORT]`. The same files in a tab are a plain page,
 * which may not drive a reader.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { securityHeaders } from '../start/pages.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** An isolated app is cross-origin isolated, and Chromium asks for no less of its server. */
const { 'content-security-policy': policy, ...others } = securityHeaders([]);
const HEADERS: Readonly<Record<string, string>> = {
  ...others,
  'content-security-policy': `${policy}; manifest-src 'self'`,
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

/** Rejects if the port is taken. */
export async function serveIsolatedApp(folder: string, port: number): Promise<void> {
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const file = join(
        folder,
        normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname),
      );
      const bytes = await readFile(file);
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { ...HEADERS, 'content-type': type }).end(bytes);
    })().catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = new URL('../../dist/isolated', import.meta.url).pathname, port = '8810'] =
    process.argv.slice(2);
  await serveIsolatedApp(folder, Number(port));
}
