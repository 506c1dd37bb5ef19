/** Whom the machine may talk to: the firewall (nftables), and names without DNS. */
import { isIPv6 } from 'node:net';
import type { MachineConfig } from './config.ts';

/** Lines of `/etc/hosts`. */
export function hostsFor({ services }: MachineConfig): string[] {
  return [...new Set(services.map(({ name, address }) => `${address} ${name}`))];
}

const family = (address: string): string => (isIPv6(address) ? 'ip6' : 'ip');

/**
 * `/etc/nftables.conf`. Nobody comes in. Out go the browser's user to the election's servers, and the
 * system to its time servers and to DHCP; there is no DNS at all. No name of a protocol stands in it: a bare
 * Debian has no /etc/protocols.
 */
export function firewallFor({ services, ntp }: MachineConfig): string {
  const servers = services.map(
    ({ address, port, name }) =>
      `    meta skuid "kabina-kiosk" ${family(address)} daddr ${address} tcp dport ${port} accept comment "${name}"`,
  );
  const clocks = ntp.map(
    (address) => `    ${family(address)} daddr ${address} udp dport 123 accept`,
  );
  return [
    '#!/usr/sbin/nft -f',
    '# Made by kiosk-shell/system from machine.json.',
    'flush ruleset',
    '',
    'table inet kabina {',
    '  chain input {',
    '    type filter hook input priority filter; policy drop;',
    '    iif "lo" accept',
    '    ct state established,related accept',
    '    udp sport 67 udp dport 68 accept',
    '    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept',
    '  }',
    '',
    '  chain forward {',
    '    type filter hook forward priority filter; policy drop;',
    '  }',
    '',
    '  chain output {',
    '    type filter hook output priority filter; policy drop;',
    '    oif "lo" accept',
    '    ct state established,related accept',
    ...servers,
    ...clocks,
    '    udp sport 68 udp dport 67 accept',
    '    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept',
    // A page is told at once that there is no way, and needn't wait.
    '    reject with icmpx type admin-prohibited',
    '  }',
    '}',
    '',
  ].join('\n');
}
