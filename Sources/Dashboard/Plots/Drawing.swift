import Terminal
import Vocabulary

/// A plot as it is put together: a frame with two axes, and marks in the order in which they are laid on it.
struct Drawing {
  let width: Double
  let height: Double
  let x: Scale
  let y: Scale
  private var marks: HTML = ""

  /// Room around the frame, for the figures and names of the axes.
  struct Margins {
    var left = 56.0
    var right = 22.0
    var top = 10.0
    var bottom = 42.0
  }

  init(
    width: Double = 640, height: Double = 260, margins: Margins = Margins(), x: (low: Double, high: Double),
    y: (low: Double, high: Double), isLogarithmicX: Bool = false, isLogarithmicY: Bool = false
  ) {
    self.width = width
    self.height = height
    self.x = Scale(
      x.low, x.high, from: margins.left, to: width - margins.right, isLogarithmic: isLogarithmicX)
    self.y = Scale(
      y.low, y.high, from: height - margins.bottom, to: margins.top, isLogarithmic: isLogarithmicY)
  }

  mutating func add(_ mark: HTML) { marks += mark }

  // MARK: Axes

  mutating func axisX(_ name: String, ticks: [(value: Double, label: String)]? = nil) {
    let bottom = y.from
    for tick in ticks ?? x.ticks(7).map({ ($0, Scale.label($0)) }) {
      let place = x.place(tick.value)
      add(
        """
        <path class="grid" d="M\(place) \(y.to)V\(bottom)"/>\
        <text class="muted" x="\(place)" y="\(bottom + 15)" text-anchor="middle">\(tick.label)</text>
        """)
    }
    add("<path class=\"axis\" d=\"M\(x.from) \(bottom)H\(x.to)\"/>")
    if !name.isEmpty { text(name, x: (x.from + x.to) / 2, y: bottom + 33, anchor: "middle") }
  }

  mutating func axisY(_ name: String, ticks: [(value: Double, label: String)]? = nil) {
    for tick in ticks ?? y.ticks(5).map({ ($0, Scale.label($0)) }) {
      let place = y.place(tick.value)
      add(
        """
        <path class="grid" d="M\(x.from) \(place)H\(x.to)"/>\
        <text class="muted" x="\(x.from - 6)" y="\(place + 4)" text-anchor="end">\(tick.label)</text>
        """)
    }
    let middle = (y.from + y.to) / 2
    add(
      """
      <path class="axis" d="M\(x.from) \(y.to)V\(y.from)"/>\
      <text x="13" y="\(middle)" text-anchor="middle" transform="rotate(-90 13 \(middle))">\(name)</text>
      """)
  }

  /// Days as dates, so many that they don't run into each other.
  mutating func axisOfDays(_ name: String) {
    let day = 86_400.0
    let step = max(1, ((x.high - x.low) / day / 7).rounded(.up))
    var ticks: [(value: Double, label: String)] = []
    var time = (x.low / day).rounded(.up) * day
    while time <= x.high {
      ticks.append((time, String(EventTime(seconds: Int64(time)).description.prefix(10).dropFirst(5))))
      time += step * day
    }
    axisX(name, ticks: ticks)
  }

  // MARK: Marks

  mutating func line(_ points: [(x: Double, y: Double)], _ kind: String) {
    guard let path = path(points) else { return }
    add("<path class=\"line \(kind)\" d=\"\(path)\"/>")
  }

  mutating func band(_ points: [(x: Double, low: Double, high: Double)], _ kind: String = "area") {
    let upper = points.map { (x: $0.x, y: $0.high) }
    let lower = points.reversed().map { (x: $0.x, y: $0.low) }
    guard let path = path(upper + lower) else { return }
    add("<path class=\"\(kind)\" d=\"\(path)Z\"/>")
  }

  private func path(_ points: [(x: Double, y: Double)]) -> HTML? {
    guard points.count > 1 else { return nil }
    return points.enumerated().map { index, point -> HTML in
      "\((index == 0 ? "M" : "L") as HTML)\(x.place(point.x)) \(y.place(point.y))"
    }.joined()
  }

  /// What a dot says when it is pointed at stands in its `title`.
  mutating func dot(_ at: (x: Double, y: Double), _ kind: String, radius: Double = 4, says: String, link: Link? = nil) {
    let dot: HTML = """
      <circle class="dot \(kind)" cx="\(x.place(at.x))" cy="\(y.place(at.y))" r="\(radius)"><title>\(says)</title></circle>
      """
    add(link.map { "<a href=\"\($0.text)\">\(dot)</a>" } ?? dot)
  }

  /// Upright, from `low` to `high`.
  mutating func whisker(x place: Double, low: Double, high: Double, _ kind: String) {
    add("<path class=\"whisker \(kind)\" d=\"M\(x.place(place)) \(y.place(low))V\(y.place(high))\"/>")
  }

  mutating func bar(from: Double, to: Double, height value: Double, _ kind: String, says: String) {
    let (left, right, top) = (x.place(from), x.place(to), y.place(value))
    add(
      """
      <rect class="fill \(kind)" x="\(left)" y="\(top)" width="\(max(right - left - 1, 0.6))" \
      height="\(max(y.from - top, 0))"><title>\(says)</title></rect>
      """)
  }

  mutating func upright(_ value: Double, _ kind: String, label: String? = nil) {
    let place = x.place(value)
    add("<path class=\"line \(kind)\" d=\"M\(place) \(y.to)V\(y.from)\"/>")
    guard let label else { return }
    let isLeft = place > (x.from + x.to) * 0.7
    add(
      """
      <text class="halo" x="\(place + (isLeft ? -5 : 5))" y="\(y.to + 12)" \
      text-anchor="\((isLeft ? "end" : "start") as HTML)">\(label)</text>
      """)
  }

  mutating func text(_ words: String, x left: Double, y top: Double, anchor: HTML = "start", kind: HTML = "") {
    add("<text class=\"\(kind)\" x=\"\(left)\" y=\"\(top)\" text-anchor=\"\(anchor)\">\(words)</text>")
  }

  /// - Parameter title: what it shows, for those who don't see it.
  /// - Parameter kind: classes of its own, with a space in front.
  func svg(_ title: String, kind: HTML = "", definitions: HTML = "") -> HTML {
    """
    <svg class="plot\(width > 900 ? " broad" : "" as HTML)\(kind)" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(title)"><title>\(title)</title>\(definitions)
    \(marks)
    </svg>
    """
  }
}
