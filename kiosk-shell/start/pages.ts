/**
 * The pages of one machine, and the headers that they are served with. The security policy is a
 * header, on worker scripts too: a `<meta>` does not reach them.
 */

/** Where each page is, by its address. */
export const PAGES: Readonly<Record<string, string>> = {
  '/terminal/': 'kiosk-shell/terminal/',
  '/desk/': 'kiosk-shell/desk/',
  '/technician/': 'kiosk-shell/technician/',
  '/office/': 'kiosk-shell/office/',
  '/trustee/': 'kiosk-shell/trustee/',
  '/portal/': 'kiosk-shell/portal-page/',
  '/observer/': 'packages/observer/page/',
};

/** Those of the commission's own hardware: they start without a network too (`kiosk-shell/offline`). */
export const OFFLINE_PAGES: readonly string[] = [
  '/terminal/',
  '/desk/',
  '/technician/',
  '/office/',
];

/**
 * No script, style, font or picture but this server's own; no WebAssembly and no `eval`; no string
 * becomes a script or a worker's address but through the page's own Trusted Types policies.
 *
 * @param servers origins that a page may ask: the ballot box, the issuers, and the agent's bridge
 *   (`ws://127.0.0.1:8800`) for a page that is not of the agent's own origin, which `'self'` covers
 */
export function securityHeaders(servers: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${servers.join(' ')}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html default',
  ].join('; ');
  return {
    'content-security-policy': policy,
    'permissions-policy': 'geolocation=(), microphone=(), display-capture=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}
