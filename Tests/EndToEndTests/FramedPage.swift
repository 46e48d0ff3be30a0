import Foundation
import Rig

/// A page in a frame of a width of its own, measured: a browser without a window makes its pages 500 pixels wide at least.
struct FramedPage {
  /// Of the frame, as the page sees it.
  let width: Int
  /// How many texts there are in the forest plots that are shown.
  let texts: Int
  /// Those that reach out of their plot or out of what is seen of it, or are smaller than can be read, with their places.
  let unreadable: String

  /// - Parameter page: a whole document, whose style sheet is put into it.
  static func showing(_ page: String, style: String, width: Int) async throws -> FramedPage {
    let link = #"<link rel="stylesheet" href="/assets/style.css">"#
    guard page.contains(link) else { throw RigError("the page has no style sheet") }
    let document = page.replacingOccurrences(of: link, with: "<style>\(style)</style>")
      .replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "\"", with: "&quot;")
    let folder = try ScratchFolder()
    let frame = try folder.write(
      """
      <!DOCTYPE html><html><head><meta charset="utf-8"></head>
      <body><iframe width="\(width)" height="1500" frameborder="0" srcdoc="\(document)"></iframe>
      <script>\(script)</script></body></html>
      """, to: "frame.html")
    let seen = try await Browser.visiting("file://\(frame)", width: width + 100).document
    func measured(_ name: String) throws -> String {
      guard let start = seen.firstRange(of: "data-\(name)=\"")?.upperBound,
        let end = seen[start...].firstIndex(of: "\"")
      else { throw RigError("the script measured no \(name): \(seen.prefix(500))") }
      return String(seen[start..<end])
    }
    guard let inner = Int(try measured("inner")), let texts = Int(try measured("texts")) else {
      throw RigError("what was measured is no number: \(seen.prefix(500))")
    }
    return FramedPage(width: inner, texts: texts, unreadable: try measured("unreadable"))
  }

  /// Half a pixel is rounding; text of nine is as small as one still reads at arm's length.
  private static let script = """
    addEventListener("load", () => {
      const page = document.querySelector("iframe").contentDocument;
      const view = page.defaultView;
      const unreadable = [];
      let texts = 0;
      for (const plot of page.querySelectorAll("svg.forest")) {
        const box = plot.getBoundingClientRect();
        if (box.width === 0) continue;
        const seen = plot.parentElement.getBoundingClientRect();
        const scale = box.width / plot.viewBox.baseVal.width;
        for (const text of plot.querySelectorAll("text")) {
          const place = text.getBoundingClientRect();
          const size = parseFloat(view.getComputedStyle(text).fontSize) * scale;
          texts += 1;
          if (place.left < Math.max(box.left, seen.left) - 0.5 || place.right > Math.min(box.right, seen.right) + 0.5
            || place.top < box.top - 0.5 || place.bottom > box.bottom + 0.5 || size < 9)
            unreadable.push([text.textContent, place.left, place.right, size].join(" "));
        }
      }
      document.body.dataset.inner = view.innerWidth;
      document.body.dataset.texts = texts;
      document.body.dataset.unreadable = unreadable.join("; ");
    });
    """
}
