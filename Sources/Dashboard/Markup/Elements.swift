import Terminal

/// Small parts that several pages are made of.
enum Elements {
  static func section(_ heading: String, id: String? = nil, wide: Bool = false, _ content: HTML...) -> HTML {
    let name: HTML = id.map { " id=\"\($0)\"" } ?? ""
    let kind: HTML = wide ? " class=\"wide\"" : ""
    return "<section\(name)\(kind)><h2>\(heading)</h2>\n\(HTML(content))</section>\n"
  }

  /// Names and what they are, those of markup first; what isn't known is left out.
  static func facts(marked: [(String, HTML?)] = [], _ pairs: [(String, String?)]) -> HTML {
    let all = marked + pairs.map { name, value -> (String, HTML?) in (name, value.map { "\($0)" }) }
    let items = all.compactMap { name, value -> HTML? in
      value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>" }
    }
    return "<dl class=\"facts\">\(items.joined())</dl>\n"
  }

  static func tiles(_ tiles: [(figure: String, label: String, note: String?, link: Link?)]) -> HTML {
    let items = tiles.map { tile -> HTML in
      let note: HTML = tile.note.map { "<span class=\"note\">\($0)</span>" } ?? ""
      let inside: HTML = "<strong>\(tile.figure)</strong><span>\(tile.label)</span>\(note)"
      return tile.link.map { "<li><a href=\"\($0.text)\">\(inside)</a></li>" } ?? "<li><div>\(inside)</div></li>"
    }
    return "<ul class=\"tiles\">\(items.joined())</ul>\n"
  }

  static func badge(_ word: String, as words: String? = nil) -> HTML {
    "<span class=\"badge \(badgeClass(word))\">\(words ?? shown(word))</span>"
  }

  /// `3 ms`, `1.2 s`.
  static func seconds(_ value: Double) -> String {
    value < 1 ? "\(Phrase.fixed(value * 1000, value < 0.01 ? 1 : 0)) ms" : "\(Phrase.fixed(value, 1)) s"
  }

  /// `on_hold` is said as "on hold".
  static func shown(_ word: String) -> String { word.split(separator: "_").joined(separator: " ") }

  /// The class of a state or severity; words that nobody foresaw are plain.
  static func badgeClass(_ word: String) -> String {
    switch word {
    case "degraded", "critical", "fault", "overdue", "failed", "worse": "bad"
    case "starting", "suspected", "major", "proposed", "on_hold", "drifting", "unresolved": "warn"
    case "ready", "ok", "resolved", "cured", "passed", "good", "connected": "good"
    case "confirmed", "open", "known": "strong"
    default: "plain"
    }
  }

  static func paragraph(_ text: String) -> HTML { "<p>\(text)</p>\n" }

  static func list(_ items: [HTML], kind: HTML = "plain") -> HTML {
    "<ul class=\"\(kind)\">\(items.map { "<li>\($0)</li>" as HTML }.joined())</ul>\n"
  }
}
