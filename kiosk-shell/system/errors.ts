/** What goes wrong while a machine is set up: a stable code, and a sentence for the technician. */

export type SystemErrorCode =
  /** The command line. */
  | 'system.usage'
  /** The technician's file: not JSON, or a field is missing, unknown or wrong. */
  | 'system.config'
  /** Only root may change this machine. */
  | 'system.root'
  /** The pages or the libraries are not there: this folder was not built. */
  | 'system.build'
  /** `apt-get` failed or is not there. */
  | 'system.packages'
  /** Another program that the installation needs failed. */
  | 'system.command'
  /** The machine already belongs to another role, id or port. */
  | 'system.other';

export class SystemError extends Error {
  readonly code: SystemErrorCode;

  constructor(code: SystemErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SystemError';
    this.code = code;
  }
}

/** sysexits.h: usage, data, permission, input, unavailable, software, configuration. */
export const EXIT_STATUS: Readonly<Record<SystemErrorCode, number>> = {
  'system.usage': 64,
  'system.config': 65,
  'system.build': 66,
  'system.packages': 69,
  'system.command': 70,
  'system.root': 77,
  'system.other': 78,
};
