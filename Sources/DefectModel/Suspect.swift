import Vocabulary

/// A group of devices that is watched: a batch, a firmware, a batch on a firmware, or one of the first two in humid
/// weather. It is a term of the fit and a candidate of the sequential test.
struct Suspect: Hashable, Sendable {
  var batch: Symbol?
  var firmware: Symbol?
  var isHumid: Bool

  init(batch: Symbol? = nil, firmware: Symbol? = nil, isHumid: Bool = false) {
    self.batch = batch
    self.firmware = firmware
    self.isHumid = isHumid
  }

  var isPair: Bool { batch != nil && firmware != nil }
  var isMainEffect: Bool { !isHumid && !isPair }
  var isBatch: Bool { isMainEffect && batch != nil }

  var cause: Cause {
    switch (batch != nil, firmware != nil, isHumid) {
    case (true, true, _): .batchAndFirmware
    case (true, false, false): .batch
    case (true, false, true): .batchAndEnvironment
    case (false, _, false): .firmware
    case (false, _, true): .firmwareAndEnvironment
    }
  }

  var cohort: Cohort { Cohort(cause: cause, batch: batch, firmware: firmware) }

  /// The main effects that an interaction is an interaction of.
  var mainEffects: [Suspect] {
    guard !isMainEffect else { return [] }
    var effects: [Suspect] = []
    if let batch { effects.append(Suspect(batch: batch)) }
    if let firmware { effects.append(Suspect(firmware: firmware)) }
    return effects
  }

  func includes(_ batch: Symbol, _ firmware: Symbol, _ weather: WeatherBin) -> Bool {
    (self.batch == nil || self.batch == batch) && (self.firmware == nil || self.firmware == firmware)
      && (!isHumid || weather == .humid)
  }
}

extension Suspect: Comparable {
  /// By kind (batch, firmware, pair, firmware in humid weather, batch in humid weather), then by text.
  static func < (left: Suspect, right: Suspect) -> Bool {
    if left.rank != right.rank { return left.rank < right.rank }
    if left.batch != right.batch { return precedes(left.batch, right.batch) }
    return precedes(left.firmware, right.firmware)
  }

  private var rank: Int {
    if isHumid { return batch == nil ? 3 : 4 }
    return isPair ? 2 : (batch == nil ? 1 : 0)
  }

  private static func precedes(_ left: Symbol?, _ right: Symbol?) -> Bool {
    guard let left else { return right != nil }
    guard let right else { return false }
    return left < right
  }
}
