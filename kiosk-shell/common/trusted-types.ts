/**
 * The page's one Trusted Types policy (https://www.w3.org/TR/trusted-types/): addresses of scripts
 * and workers must be this server's own. Strings never become HTML or scripts; lit has its own
 * policy for its constant templates.
 */

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;

policies?.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin === location.origin) return url;
    throw new TypeError('only this server’s own scripts');
  },
});
