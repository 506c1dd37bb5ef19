/**
 * Printing from the browser, for a registration desk that has an ordinary printer and no receipt printer:
 * CUPS with a socket of its own, on this machine alone, which keeps nothing of what was printed. Any
 * other machine has neither CUPS nor printing.
 */
import type { MachineConfig } from './config.ts';

/** A receipt printer gets its bytes by USB. A voter's kiosk never opens a print dialog. */
export const printsPages = ({ role, printers }: MachineConfig): boolean =>
  role === 'desk' && printers.length === 0;

/** `ipp-usb` reaches printers of the last ten years by USB with no driver. */
export const PRINT_PACKAGES = ['cups', 'ipp-usb'];

export const CUPS_CONFIG = {
  path: '/etc/cups/cupsd.conf',
  text: `# Made by kiosk-shell/system. Printing for the page of this machine, and for nobody else.
Listen /run/cups/cups.sock
Browsing No
WebInterface No
# What was printed, and when, is on the paper alone.
PreserveJobFiles No
PreserveJobHistory No
LogLevel warn
# Not the jobs, which it writes down by default.
AccessLogLevel config
# Of the queues root alone decides: CUPS's own default policy.
<Location />
  Order allow,deny
</Location>
`,
} as const;
