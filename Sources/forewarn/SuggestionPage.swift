import ControlProtocol
import DefectModel
import Foundation
import Terminal
import Vocabulary

/// What `profile suggest` prints: the lines for the profile, each with what it gains, or that nothing is worth it.
struct SuggestionPage {
  let product: String
  let mode: FailureMode
  /// The profile's file.
  let source: String
  let suggestion: FactorSuggestion

  func text(_ output: OutputOptions) throws -> [UInt8] {
    guard output.isTable else {
      switch output.shape {
      case .json: return try output.bytes(of: try OwnJSON.bytes(reply))
      case .csv:
        let header = output.noHeaders ? "" : "factor,gain_nats,gain_low,gain_high,onsets\n"
        return Array(
          (header
            + reply.items.map { "\"\($0.factor)\",\($0.gainNats),\($0.gainLow),\($0.gainHigh),\($0.onsets)\n" }.joined())
            .utf8)
      default: return try reply.items.flatMap { try OwnJSON.bytes($0) + [0x0a] }
      }
    }
    return Array(words.utf8)
  }

  private var words: String {
    let onsets = suggestion.onsets
    var lines = [
      "\(Phrase.count(suggestion.tried, "candidate")) tried for \(product) \(mode.id): "
        + "\(Phrase.count(onsets.all, "onset")), of which \(onsets.training) chose bins and \(onsets.judging) judged them"
    ]
    guard onsets.all >= FactorSuggestion.fewestOnsets else {
      lines.append(
        "nothing is proposed: fewer than \(FactorSuggestion.fewestOnsets) onsets can't choose bins and judge them; "
          + "give captures of a longer time")
      return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
    }
    guard !suggestion.proposals.isEmpty else {
      lines.append(
        "nothing is worth it: no factor foretold the last third of the onsets better than chance; leave the profile "
          + "as it is")
      return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
    }
    lines += ["", "# \(source): under modes, id: \(mode.id), instead of its factors", "    factors:"]
    lines += mode.factors.map { "      - \($0.yaml)    # as it is" }
    lines += suggestion.proposals.map { proposal in
      "      - \(proposal.factor.yaml)    # gains \(gain(proposal.gain)); "
        + "hazard × \(proposal.weights.dropFirst().map { Phrase.fixed($0, 2) }.joined(separator: ", "))"
    }
    if !suggestion.crosses.isEmpty {
      lines += [
        "", "together these say more than one by one (a profile has no key for it; a signal of the device may):",
      ]
      lines += suggestion.crosses.map {
        "  \($0.first.name) with \($0.second.name): gains \(gain($0.gain))"
      }
    }
    lines += ["", "put it in, then: forewarn profile check; a mode whose factors change begins new evidence"]
    return lines.map(Phrase.printable).joined(separator: "\n") + "\n"
  }

  private func gain(_ gain: FactorSearch.Gain) -> String {
    "\(Phrase.fixed(gain.nats, 1)) nats [\(Phrase.fixed(gain.low, 1))–\(Phrase.fixed(gain.high, 1))] "
      + "of \(Phrase.count(gain.onsets, "onset"))"
  }

  private var reply: Reply {
    Reply(
      product: product, failureMode: mode.id.text, file: source, tried: suggestion.tried, onsets: suggestion.onsets.all,
      onsetsTraining: suggestion.onsets.training, onsetsJudging: suggestion.onsets.judging,
      items: suggestion.proposals.map { proposal in
        Item(
          factor: proposal.factor.yaml, hazardRatios: proposal.weights.map(\.toSixDigits),
          gainNats: proposal.gain.nats.toSixDigits, gainLow: proposal.gain.low.toSixDigits,
          gainHigh: proposal.gain.high.toSixDigits, onsets: proposal.gain.onsets)
      },
      crosses: suggestion.crosses.map {
        Cross(
          first: $0.first.name, second: $0.second.name, gainNats: $0.gain.nats.toSixDigits,
          gainLow: $0.gain.low.toSixDigits, gainHigh: $0.gain.high.toSixDigits)
      })
  }

  private struct Reply: Encodable {
    var schema = Schema.name("profile", "suggest")
    var product: String
    var failureMode: String
    var file: String
    var tried: Int
    var onsets: Int
    var onsetsTraining: Int
    var onsetsJudging: Int
    var items: [Item]
    var crosses: [Cross]

    enum CodingKeys: String, CodingKey {
      case schema, product
      case failureMode = "failure_mode"
      case file, tried, onsets
      case onsetsTraining = "onsets_training"
      case onsetsJudging = "onsets_judging"
      case items, crosses
    }
  }

  private struct Item: Encodable {
    /// As it stands in a profile.
    var factor: String
    /// Of "not known", then of each bin.
    var hazardRatios: [Double]
    var gainNats: Double
    var gainLow: Double
    var gainHigh: Double
    var onsets: Int

    enum CodingKeys: String, CodingKey {
      case factor
      case hazardRatios = "hazard_ratios"
      case gainNats = "gain_nats"
      case gainLow = "gain_low"
      case gainHigh = "gain_high"
      case onsets
    }
  }

  private struct Cross: Encodable {
    var first: String
    var second: String
    var gainNats: Double
    var gainLow: Double
    var gainHigh: Double

    enum CodingKeys: String, CodingKey {
      case first, second
      case gainNats = "gain_nats"
      case gainLow = "gain_low"
      case gainHigh = "gain_high"
    }
  }
}

extension RiskFactor {
  fileprivate var name: String {
    switch self {
    case .signalMean(let signal, _): signal.text
    case .eventCount(let event, let days, _): "\(event) within \(days) days"
    case .since(.event(let event), _): "days since \(event)"
    case .since(.install, _): "days since the install"
    case .since(.activation, _): "days since the activation"
    }
  }
}
