import CheckedYAML
import FirmwareProfiles
import Triage
import Vocabulary

/// What the law or the company's promise demands of one region and its parts.
///
/// | key | type | default | range |
/// | --- | --- | --- | --- |
/// | `region` | id | required | unlike those of the other files; holds for its parts too: `DE` for `DE-BY` |
/// | `absent_consent.telemetry`, `.contact` | truth value | as for all | |
/// | `retention_days.contacts`, `.tickets`, `.records` | whole number | kept as everywhere | 1–3650 |
/// | `legal_hold` | truth value | false | nothing is removed by age |
/// | `care_hold_back_hours` | number | 0 | 0–720 |
/// | `channels` | list of `device` | `[device]` | empty: no offer is sent |
/// | `currency` | three capital letters | as the profiles have it | what tickets of the region count in |
/// | `exchange_rates` | what one unit of each other currency is worth in it | none: costs in it stay as they are | > 0 |
package struct RegionalPolicy: Hashable, Sendable {
  enum Channel: String, CaseIterable { case device }

  var region: String
  var consent = ConsentPolicy.Region()
  var contactDays: Int?
  var ticketDays: Int?
  var recordDays: Int?
  var isOnLegalHold = false
  var holdBackHours = 0.0
  var channels: Set<Channel> = [.device]
  var currency: RegionalCurrencies.Currency?

  /// `DE` holds for `DE` and `DE-BY`, not for `DEX`.
  func holds(for region: String) -> Bool {
    RegionParts(of: region).contains { $0 == self.region }
  }

  static func read(_ file: YAMLFile) throws(YAMLFaults) -> RegionalPolicy {
    try file.read { keys -> RegionalPolicy? in
      let region = keys.required("region")?.parsed(as: "a region's id (\(Identifier.rule))") {
        Identifier.isValid($0) ? $0 : nil
      }
      var policy = RegionalPolicy(region: region ?? "")
      _ = keys.optional("absent_consent")?.mapping { consent -> Bool? in
        policy.consent.telemetry = consent.optional("telemetry")?.bool()
        policy.consent.contact = consent.optional("contact")?.bool()
        return true
      }
      _ = keys.optional("retention_days")?.mapping { days -> Bool? in
        policy.contactDays = days.optional("contacts")?.integer(in: 1...3650)
        policy.ticketDays = days.optional("tickets")?.integer(in: 1...3650)
        policy.recordDays = days.optional("records")?.integer(in: 1...3650)
        return true
      }
      if let isOn = keys.optional("legal_hold")?.bool() { policy.isOnLegalHold = isOn }
      if let hours = keys.optional("care_hold_back_hours")?.double(in: 0...720) { policy.holdBackHours = hours }
      if let list = keys.optional("channels")?.list(count: 0...8) {
        policy.channels = Set(list.compactMap { $0.choice(of: Channel.self) })
      }
      policy.currency = currency(keys)
      return region.map { _ in policy }
    }
  }

  private static func currency(_ keys: YAMLMapping) -> RegionalCurrencies.Currency? {
    let code = keys.optional("currency")?.parsed(as: currencyRule, currencyCode)
    let rates = keys.optional("exchange_rates")?.mapping { rates -> [String: Double]? in
      var result: [String: Double] = [:]
      for (name, _, value) in rates.entries() {
        guard currencyCode(name) != nil else {
          rates.fault(at: name, "expected \(currencyRule)")
          continue
        }
        result[name] = value.double(in: 1e-9...1e9)
      }
      return result
    }
    if rates != nil, !keys.has("currency") {
      keys.fault(at: "exchange_rates", "needs `currency` beside it: the one that they lead to")
    }
    return code.map { code in
      // What is in it already is worth itself.
      RegionalCurrencies.Currency(code: code, rates: (rates ?? [:]).merging([code: 1]) { rate, _ in rate })
    }
  }

  private static let currencyRule = "three capital letters, as EUR"

  private static func currencyCode(_ text: String) -> String? {
    text.utf8.count == 3 && text.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ? text : nil
  }
}

/// All of them: the longest name that holds for a region decides.
package struct RegionalPolicies: Hashable, Sendable {
  /// The longest names first.
  private(set) var policies: [RegionalPolicy] = []
  /// More than countries with their parts would be a policy for each customer.
  private static let most = 1000

  init(_ policies: [RegionalPolicy] = []) {
    self.policies = policies.sorted { ($1.region.utf8.count, $0.region) < ($0.region.utf8.count, $1.region) }
  }

  func policy(for region: String) -> RegionalPolicy? { policies.first { $0.holds(for: region) } }

  var currencies: RegionalCurrencies {
    RegionalCurrencies(
      Dictionary(
        policies.compactMap { policy in policy.currency.map { (policy.region, $0) } },
        uniquingKeysWith: { first, _ in first }))
  }

  /// The files of a folder; none where there is no such folder.
  static func load(_ path: String) throws(YAMLFaults) -> RegionalPolicies {
    guard let folder = try YAMLFolder(ifThere: path) else { return RegionalPolicies() }
    guard folder.files.count <= most else {
      throw YAMLFaults([YAMLFault(file: path, message: "holds more than \(most) policies")])
    }
    var policies: [RegionalPolicy] = []
    var faults = folder.faults
    for file in folder.files {
      do throws(YAMLFaults) {
        let policy = try RegionalPolicy.read(file)
        if policies.contains(where: { $0.region == policy.region }) {
          faults.append(
            YAMLFault(file: file.name, message: "the region \(policy.region) has a policy in another file already"))
        }
        policies.append(policy)
      } catch {
        faults += error.faults
      }
    }
    guard faults.isEmpty else { throw YAMLFaults(faults) }
    return RegionalPolicies(policies)
  }
}

extension ConsentPolicy {
  /// With the regions' own; what the configuration says of a region goes before the files.
  func with(_ policies: RegionalPolicies) -> ConsentPolicy {
    var result = self
    for policy in policies.policies where result.regions[Symbol(policy.region)] == nil {
      result.regions[Symbol(policy.region)] = policy.consent
    }
    return result
  }
}
