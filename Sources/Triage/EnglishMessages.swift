// swift-format-ignore-file: a message is a line.

extension MessageCatalogue {
  /// `Messages/en.yaml`, for where no folder of messages is: a test holds the two together.
  package static let english = MessageCatalogue(
    locale: "en",
    messages: [
      "format.decimal": ".",
      "format.group": " ",
      "format.group_from": "5",
      "format.percent": "{number} %",
      "format.percent_range": "{low}–{high} %",
      "format.percent_span": "{low} to {high}",
      "format.less_than": "less than {number}",
      "format.more_than": "more than {number}",
      "format.money": "{amount} {currency}",
      "format.date": "{year}-{month}-{day}",
      "format.probability": "a {mean} probability ({range})",
      "format.probability_an": "an {mean} probability ({range})",
      "format.probability_of": "a probability of {mean} ({range})",
      "format.comma": ", ",
      "format.or": " or ",
      "format.between_sentences": " ",
      "count.failure.one": "{number} failure",
      "count.failure.other": "{number} failures",
      "count.device_day.one": "{number} device-day",
      "count.device_day.other": "{number} device-days",
      "count.day.one": "{number} day",
      "count.day.other": "{number} days",
      "count.hour.one": "{number} hour",
      "count.hour.other": "{number} hours",
      "count.time.one": "{number} time",
      "count.time.other": "{number} times",
      "count.report.one": "{number} report",
      "count.report.other": "{number} reports",
      "count.other_device.one": "{number} other device",
      "count.other_device.other": "{number} other devices",
      "cohort.batch": "batch {batch}",
      "cohort.firmware": "firmware {firmware}",
      "cohort.batch_and_firmware": "batch {batch} on firmware {firmware}",
      "cohort.surroundings": "the surroundings",
      "cohort.in_region": "{cohort} in region {region}",
      "cohort.in_humid_weather": "{cohort} in humid weather",
      "cohort.candidate": "{cohort} ({probability})",
      "share.batch": "batch {share}",
      "share.firmware": "firmware {share}",
      "share.environment": "environment {share}",
      "share.device": "the device itself {share}",
      "share.unknown": "unknown {share}",
      "ticket.probability": "This {product} has {probability} of {mode} within {horizon}.",
      "ticket.probability_humid":
        "This {product} has {probability} of {mode} within {horizon}, {humid} in humid conditions.",
      "ticket.own":
        "The device itself failed this way {onsets} in {reports}; it belongs to no group of devices with a known defect.",
      "ticket.group":
        "It belongs to {cohort} (finding {finding}): {failures} in {device_days}{compared}. Such devices fail an estimated {ratio} times as often as others (90 % interval {low}–{high}).",
      "ticket.group_since":
        "It belongs to {cohort} (finding {finding}), where something changed on {since} (UTC): {failures} in {device_days}{compared}. Such devices fail an estimated {ratio} times as often as others (90 % interval {low}–{high}).",
      "ticket.compared": "; other devices in the same regions, carriers and days would have had {expected}",
      "ticket.uncompared": "",
      "ticket.cause": "The cause is put down to: {shares}.",
      "ticket.runner_up": "The next explanation, {cohort}, has a probability of {probability}.",
      "ticket.kb": "See {kb}.",
      "ticket.others": "{others} of this customer had it.",
      "ticket.verdict": "{witness} on {date} {found}.",
      "ticket.by_check": "A remote check", "ticket.by_bench": "A workbench",
      "ticket.by_ticket": "Whoever ended its ticket",
      "ticket.found_fault": "found the fault", "ticket.found_none": "found no fault",
      "ticket.found_other": "found another cause",
      "ticket.failed_patch": "Firmware {firmware} was installed on {date} and did not help.",
      "ticket.replace": "Next: replace it.",
      "ticket.replace_with": "Next: replace it with {sku}.",
      "ticket.replace_with_firmware": "Next: replace it with {sku}, which ships with firmware {firmware}.",
      "ticket.patch": "Next: update it to firmware {firmware}.",
      "ticket.patch_any": "Next: update it to the new firmware.",
      "ticket.patch_effect":
        "Next: update it to firmware {firmware}, which brings the probability down to {mean} ({range}) within {horizon}.",
      "ticket.watched":
        "The device has run firmware {firmware} or later since {date}; it is watched until it is clear whether that helped.",
      "ticket.diagnose_uncertain": "Next: check it remotely, because the cause isn't certain enough for a remedy.",
      "ticket.diagnose_between":
        "Next: check it remotely, because it can't be told apart yet whether it is {candidates}.",
      "ticket.separation": "What would tell: {separation}.",
      "ticket.cost_replacement":
        "The replacement is expected to cost {cost}, waiting {waiting}; it pays from a probability of {break_even}.",
      "ticket.cost_patch":
        "The patch is expected to cost {cost}, waiting {waiting}; it pays from a probability of {break_even}.",
      "ticket.cost_diagnose":
        "The check is expected to cost {cost}, waiting {waiting}; it pays from a probability of {break_even}.",
      "ticket.no_contact": "The customer has not agreed to be contacted: no offer is sent to the device.",
      "device.patch":
        "This device is likely to develop a fault. The update to firmware {firmware} is meant to prevent it: please install it.",
      "device.patch_any":
        "This device is likely to develop a fault. An update is meant to prevent it: please install it.",
      "device.replacement":
        "This device is likely to develop a fault. We would like to replace it before that happens.",
      "device.diagnose": "This device may be developing a fault. We would like to check it remotely to find out.",
    ])
}
