/** The booth's encryption worker, as a file of its own beside the bundle. */
import '@kabina/booth/worker';
