import Foundation
import Testing

@testable import Dashboard

struct PagesTests {
  @Test(arguments: Samples.pages.indices)
  func `no name becomes markup, on any page`(index: Int) {
    let text = Samples.pages[index].document(state: Samples.evil, now: Samples.now)
    #expect(!text.contains("<script>alert") && text.contains("&lt;script&gt;alert(1)"))
    // The frame's own script is the only one.
    #expect(text.split(separator: "<script").count == 2)
    // Inside of tags, a name never ends the attribute it stands in.
    #expect(!text.contains("alert(1)</script>\""))
  }

  @Test(arguments: Samples.pages.indices)
  func `nothing comes from elsewhere, and nothing stands in a line that the browser is told to refuse`(index: Int) {
    let text = Samples.pages[index].document(state: "ready", now: Samples.now)
    for word in ["http://", "https://", "url(http", " style=", " onclick=", " onload=", "javascript:"] {
      #expect(!text.contains(word), "\(word)")
    }
    for name in [#" href=""#, #" src=""#, #" action=""#] {
      for rest in text.components(separatedBy: name).dropFirst() {
        #expect(rest.hasPrefix("/") && !rest.hasPrefix("//") || rest.hasPrefix("#"), "\(name)\(rest.prefix(40))")
      }
    }
  }

  /// An open tag that isn't closed, or closed twice, would take the rest of the page with it.
  @Test(arguments: Samples.pages.indices)
  func `each page is well formed`(index: Int) throws {
    let text = Samples.pages[index].document(state: "ready", now: Samples.now)
    let empty: Set = ["meta", "link", "input", "!doctype", "path", "rect", "circle"]
    var open: [String] = []
    for tag in text.matches(of: #/<(/?)([a-zA-Z!][a-zA-Z0-9]*)(?:[^<>"]|"[^"]*")*?(/?)>/#) {
      let name = tag.2.lowercased()
      if !tag.1.isEmpty {
        #expect(open.popLast() == name)
      } else if !empty.contains(name) || tag.3.isEmpty && ["circle", "rect"].contains(name) {
        open.append(name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test func `each plot has a title, and its table as CSV`() throws {
    for page in Samples.pages {
      let text = page.content.text
      let plots = text.components(separatedBy: "<svg class=\"plot").dropFirst()
      #expect(plots.allSatisfy { $0.contains("<title>") && $0.contains("role=\"img\"") })
      for link in text.matches(of: #/format=csv&amp;table=([a-z]+)/#) {
        #expect(page.csv(String(link.1)) != nil, "\(page.title): \(link.1)")
      }
    }
    #expect(Samples.pages[0].csv("nothing") == nil)
  }

  @Test func `the style sheet has no colour beside the palette's`() {
    let names = Set(Palette.light.colours.map(\.name))
    #expect(names == Set(Palette.dark.colours.map(\.name)))
    let sheet = StyleSheet.text
    let used = Set(sheet.matches(of: #/var\(--([a-z-]+)\)/#).map { String($0.1) })
    #expect(used.isSubset(of: names), "\(used.subtracting(names))")
    #expect(sheet.matches(of: /#[0-9a-f]{3,8}\b/).count == Palette.light.colours.count * 2)
  }

  @Test func `a list's filters come back as fields, links and a command`() throws {
    let page = TicketListPage(
      filters: [("state", "open"), ("failure_mode", "a b")], tickets: [], page: 2, hasMore: true
    ).page(now: Samples.now).content.text
    #expect(page.contains(#"<option value="open" selected>"#))
    #expect(page.contains(#"name="failure_mode" value="a b""#))
    #expect(page.contains(#"href="/tickets?state=open&amp;failure_mode=a%20b&amp;page=3""#))
    #expect(page.contains(#"href="/tickets?state=open&amp;failure_mode=a%20b""#))
    #expect(page.contains("forewarn ticket list --state open --failure-mode &#39;a b&#39;"))
  }
}
