/// What a page loads beside itself, all of it from the daemon.
package struct Asset: Sendable {
  package var name: String
  package var type: String
  package var text: String

  package static let all: [Asset] = [
    Asset(name: "style.css", type: "text/css; charset=utf-8", text: StyleSheet.text),
    Asset(name: "refresh.js", type: "text/javascript; charset=utf-8", text: RefreshScript.text),
    Asset(name: "icon.svg", type: "image/svg+xml", text: icon),
  ]

  /// A hazard that leaves its band.
  private static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b57b8"/>\
    <path d="M5 22h22v4H5z" fill="#8ab8ff"/>\
    <path d="M5 20h9l4-5 4 2 5-10" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>
    """
}

/// Takes the page's content anew every ten seconds while it is looked at; opened tables stay open, and whoever types in a
/// form or has marked something isn't disturbed. Everything can be read without it.
enum RefreshScript {
  static let text = """
    "use strict";
    (() => {
      const opened = (main) => [...main.querySelectorAll("details")].map((part) => part.open);
      const scrolls = (main) => [...main.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
      const isBusy = () =>
        document.hidden || !getSelection().isCollapsed ||
        (document.activeElement && document.activeElement.closest("main form, main .scroll, main code, main svg, main a"));
      const refresh = async () => {
        if (isBusy()) return;
        const badge = document.getElementById("now");
        try {
          const reply = await fetch(location.href, { cache: "no-store" });
          if (!reply.ok) throw new Error(reply.statusText);
          const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
          const main = document.getElementById("content");
          const next = fresh.getElementById("content");
          if (!next || isBusy()) return;
          const wasOpen = opened(main);
          const wasAt = scrolls(main);
          main.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
          main.querySelectorAll("details").forEach((part, index) => { part.open = wasOpen[index] ?? part.open; });
          main.querySelectorAll(".scroll").forEach((part, index) => { part.scrollLeft = wasAt[index] ?? 0; });
          badge.replaceChildren(...[...fresh.getElementById("now").childNodes].map((node) => document.importNode(node, true)));
          badge.classList.remove("stale");
        } catch {
          badge.classList.add("stale");
        }
      };
      setInterval(refresh, 10000);
      document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
    })();

    """
}
