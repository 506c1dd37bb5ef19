/**
 * The bundle for a `<script type="module">` tag: one file that registers `<kabina-booth>`, and its
 * worker's file beside it, both served from the embedder's own origin.
 *
 * The order matters: the tag with the worker is registered first, and the second import, which
 * brings the parts, leaves a tag that is already there as it is.
 */
import './booth.ts';
import '../define/kabina-booth.ts';
