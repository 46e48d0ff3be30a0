import CheckedYAML
import Foundation
import Testing
import Triage
import Vocabulary

@testable import Gateway

/// The shipped languages, and what is told of a faulty one.
struct MessageFolderTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Messages").standardizedFileURL.path

  @Test func `the English that is built in is the English that is shipped`() throws {
    let shipped = try MessageFolder.catalogue(try YAMLFile(path: Self.folder + "/en.yaml"), locale: "en")
    #expect(shipped.messages == MessageCatalogue.english.messages)
  }

  @Test(arguments: ["de", "ja"])
  func `a shipped language lacks no message and drops no value but an article`(locale: String) throws {
    let shipped = try MessageFolder.catalogue(try YAMLFile(path: Self.folder + "/\(locale).yaml"), locale: locale)
    let english = MessageCatalogue.english.messages
    #expect(Set(english.keys).subtracting(shipped.messages.keys) == ["format.probability_an"])
    for (key, message) in shipped.messages {
      let values = Set(MessageCatalogue.names(in: message))
      #expect(values == Set(MessageCatalogue.names(in: try #require(english[key]))), "\(key)")
    }
  }

  @Test func `an unknown message, an unknown value and a wrong number are told with their places`() {
    let text = """
      ticket:
        caus: "x"
        kb: "Siehe {kb} und {sku}."
      format:
        group_from: many
      """
    let file = YAMLFile(name: "xx.yaml", bytes: Array(text.utf8))
    let faults = #expect(throws: YAMLFaults.self) { try MessageFolder.catalogue(file, locale: "xx") }
    let words = "\(faults.map { "\($0)" } ?? "")"
    #expect(words.contains("did you mean \"ticket.cause\"") && words.contains("{sku}") && words.contains("xx.yaml:5"))
  }

  private func messages() throws -> Messages { try MessageFolder.load(Self.folder) }

  private func read(_ value: SentenceValue, _ locale: String) throws -> String {
    try messages().read([Sentence("ticket.kb", ["kb": value])], in: locale).text
  }

  /// The library's own locale data (CLDR) as the oracle.
  @Test(arguments: ["de", "ja"])
  func `numbers, shares and dates are written as the locale's data say`(identifier: String) throws {
    let locale = Locale(identifier: identifier)
    for number in [0.35, 9.1, 37, 212, 4711, 41_230, 1_234_567] {
      let expected = number.formatted(.number.locale(locale))
      #expect(try read(.number(number), identifier).contains(expected), "\(number): \(expected)")
    }
    for share in [0.004, 0.05, 0.87, 0.994] {
      let expected = share.formatted(.percent.precision(.fractionLength(0...1)).locale(locale))
      #expect(try read(.percent(share), identifier).contains(expected), "\(share): \(expected)")
    }
    let day = try #require(EventTime("2025-11-09T12:00:00Z"))
    let formatter = DateFormatter()
    formatter.locale = locale
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateStyle = .medium
    let expected = formatter.string(from: Date(timeIntervalSince1970: Double(day.milliseconds) / 1000))
    #expect(try read(.date(day), identifier).contains(expected), "\(expected)")
  }

  @Test func `the nearest language is taken, and one that isn't there is English and told`() throws {
    let sentence = [Sentence("device.replacement")]
    let austrian = try messages().read(sentence, in: "de-AT")
    #expect(austrian.locale == "de" && austrian.missing.isEmpty && austrian.text.contains("austauschen"))
    let french = try messages().read(sentence, in: "fr-FR")
    #expect(french.locale == "en" && french.missing == ["fr"] && french.text.contains("replace"))
    let poor = Messages([MessageCatalogue(locale: "sv", messages: ["device.patch_any": "Uppdatera."])])
    let mixed = poor.read(sentence, in: "sv")
    #expect(mixed.missing.contains("sv device.replacement") && mixed.text.contains("replace"))
  }
}
