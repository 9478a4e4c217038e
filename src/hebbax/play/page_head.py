"""What stands in the head of the page beside viser's own: its title, the reader's light or dark look, and phones."""

from __future__ import annotations

import gzip
import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websockets.http11 import Response

_TITLE = re.compile(rb"<title>[^<]*</title>")

# viser is dark where the address says `darkMode`, and nowhere else; it asks for that once.
_HEAD = """\
<script>
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)"), here = new URL(location.href);
  if (dark.matches) here.searchParams.set("darkMode", ""); else here.searchParams.delete("darkMode");
  history.replaceState(null, "", here);
  dark.addEventListener("change", () => location.reload());
})();
</script>
<style>
:root { --hebbax-blue: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --hebbax-blue: #4aa8e0; } }
/* On a phone viser lays its panels over the scene, in a sheet 20em wide: here it stands below, as wide as the page. */
@media (max-width: 36em) {
  #root { height: 45dvh !important; }
  [style*="position: fixed"][style*="width: 20em"] { width: 100% !important; max-height: 55dvh !important; }
  [style*="position: fixed"][style*="width: 20em"] [style*="width: 20em"] { width: 100% !important; }
  :root:has([style*="position: fixed"] [style*="width: 20em"] > [aria-hidden="true"]) #root {  /* the sheet is closed */
    height: calc(100dvh - 3.5em) !important;
  }
  .mantine-Button-root { height: 2.75rem !important; }
  /* Where frames come slowly, an opened panel of the sheet can be left as small as it was closed. */
  [style*="position: fixed"] .mantine-Tabs-root > [aria-hidden="false"] {
    display: block !important; height: auto !important;
  }
}
</style>
"""


def dressed(response: Response, title: str) -> Response:
    """Return an answer, of which the page has a title and a head of ours; any other answer is as it was."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return response
    packed = response.headers.get("Content-Encoding") == "gzip"
    page = gzip.decompress(response.body) if packed else response.body
    page = _TITLE.sub(lambda _: f"<title>{html.escape(title)}</title>".encode(), page, count=1)
    page = page.replace(b"<head>", b"<head>" + _HEAD.encode(), 1)
    response.body = gzip.compress(page, 1) if packed else page
    del response.headers["Content-Length"]
    response.headers["Content-Length"] = str(len(response.body))
    return response
