/** The booth's encryption worker, as an entry of its own: the build gives it a file. */
import '@kabina/booth/worker';
