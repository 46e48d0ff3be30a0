import Vocabulary

/// Puts sentences into one language.
struct SentenceReader {
  let own: MessageCatalogue
  /// Messages that the language lacks; each was said in English.
  private(set) var missing: Set<String> = []
  private let style: NumberStyle

  init(own: MessageCatalogue) {
    self.own = own
    let english = NumberStyle.english
    style = NumberStyle(
      decimal: own.messages["format.decimal"] ?? english.decimal,
      group: own.messages["format.group"] ?? english.group,
      groupFrom: own.messages["format.group_from"].flatMap { Int($0) } ?? english.groupFrom)
  }

  mutating func text(of sentences: [Sentence]) -> String {
    let texts = sentences.map { text($0) }.filter { !$0.isEmpty }
    return texts.joined(separator: message("format.between_sentences"))
  }

  private mutating func text(_ sentence: Sentence) -> String {
    let template = message(sentence.key)
    return filled(template) { reader, name in
      // A value that this sentence lacks leaves its name standing: it shows, and harms nobody.
      sentence.values[name].map { reader.text($0) } ?? "{\(name)}"
    }
  }

  private mutating func message(_ key: String) -> String {
    if let message = own.messages[key] { return message }
    missing.insert(key)
    return MessageCatalogue.english.messages[key] ?? key
  }

  private mutating func filled(
    _ template: String, _ value: (inout SentenceReader, String) -> String
  ) -> String {
    var text = ""
    for part in MessageCatalogue.parts(of: template) {
      switch part {
      case .words(let words): text += words
      case .value(let name): text += value(&self, name)
      }
    }
    return text
  }

  private mutating func filled(_ key: String, _ values: [String: String]) -> String {
    filled(message(key)) { _, name in values[name] ?? "" }
  }

  // MARK: Values

  private mutating func text(_ value: SentenceValue) -> String {
    switch value {
    case .text(let text): text
    case .number(let number): bounded(style.number(number))
    case .count(let number, let noun): count(number, noun)
    case .percent(let share): percent(share)
    case .percentRange(let low, let high): percentRange(low, high)
    case .probability(let mean, let low, let high): probability(mean, low, high)
    case .money(let amount, let currency):
      filled("format.money", ["amount": style.amount(amount, currency), "currency": currency])
    case .date(let time): date(time)
    case .cohort(let cause, let batch, let firmware, let region): cohort(cause, batch, firmware, region)
    case .shares(let shares): shares.map { share($0) }.joined(separator: message("format.comma"))
    case .candidates(let list): list.map { candidate($0) }.joined(separator: message("format.or"))
    case .clause(let sentence): text(sentence)
    }
  }

  private mutating func bounded(_ value: (digits: String, bound: NumberStyle.Bound?)) -> String {
    switch value.bound {
    case nil: value.digits
    case .less: filled("format.less_than", ["number": value.digits])
    case .more: filled("format.more_than", ["number": value.digits])
    }
  }

  private mutating func count(_ number: Double, _ noun: String) -> String {
    let text = bounded(style.number(number))
    return filled("count.\(noun).\(text == "1" ? "one" : "other")", ["number": text])
  }

  private mutating func percent(_ share: Double) -> String {
    let value = style.percent(share)
    let text = filled("format.percent", ["number": value.digits])
    return bounded((text, value.bound))
  }

  private mutating func percentRange(_ low: Double, _ high: Double) -> String {
    let (from, to) = (style.percent(low), style.percent(high))
    guard from.bound == nil, to.bound == nil else {
      return filled("format.percent_span", ["low": percent(low), "high": percent(high)])
    }
    return filled("format.percent_range", ["low": from.digits, "high": to.digits])
  }

  private mutating func probability(_ mean: Double, _ low: Double, _ high: Double) -> String {
    let text = percent(mean)
    let values = ["mean": text, "range": percentRange(low, high)]
    guard style.percent(mean).bound == nil else { return filled("format.probability_of", values) }
    // Only where the language has two articles.
    let takesAn = text.hasPrefix("8") || ["11 ", "11.", "18 ", "18."].contains { text.hasPrefix($0) }
    if takesAn, own.messages["format.probability_an"] != nil { return filled("format.probability_an", values) }
    return filled("format.probability", values)
  }

  private mutating func date(_ time: EventTime) -> String {
    let parts = time.date.split(separator: "-").map(String.init)
    guard parts.count == 3 else { return time.date }
    return filled("format.date", ["year": parts[0], "month": parts[1], "day": parts[2]])
  }

  private mutating func cohort(_ cause: String, _ batch: String?, _ firmware: String?, _ region: String?) -> String {
    let kind =
      switch (batch != nil, firmware != nil) {
      case (true, true): "batch_and_firmware"
      case (true, false): "batch"
      case (false, true): "firmware"
      case (false, false): "surroundings"
      }
    var text = filled("cohort.\(kind)", ["batch": batch ?? "", "firmware": firmware ?? ""])
    if let region { text = filled("cohort.in_region", ["cohort": text, "region": region]) }
    if cause == Cause.firmwareAndEnvironment.rawValue || cause == Cause.batchAndEnvironment.rawValue {
      text = filled("cohort.in_humid_weather", ["cohort": text])
    }
    return text
  }

  private mutating func share(_ share: SentenceValue.NamedShare) -> String {
    filled("share.\(share.name)", ["share": percent(share.share)])
  }

  private mutating func candidate(_ candidate: SentenceValue.Likelihood) -> String {
    let cohort = text(candidate.cohort)
    return filled("cohort.candidate", ["cohort": cohort, "probability": percent(candidate.probability)])
  }
}
