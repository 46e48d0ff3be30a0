"""What other methods make of the same rows: LightGBM, XGBoost, logistic regression, Cox and river on recorded failures,
a naive threshold and stratified EBGM on simulated fleets. Reads what `evaluate` wrote, writes peers.json for its table.

    peers.py --work .build/evaluation --data ../shared/data [--part azure] [--part backblaze] [--part fleets]

Everything is seeded. Differences have a bootstrap interval (95 %, 1000 draws) by machine, drive or fleet.
"""

import argparse
import glob
import json
import os
import sys
import warnings

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
SEED = 20251126
DRAWS = 1000
HOUR = pd.Timedelta(hours=1)
DAY = pd.Timedelta(days=1)


def log_loss(p, y):
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


class Ranking:
    """AUC and average precision of one rating of rows, for any weights of the rows: sorted once, ties together."""

    def __init__(self, p, y):
        self.order = np.argsort(-p, kind="stable")
        sorted_p = p[self.order]
        self.starts = np.flatnonzero(np.r_[True, sorted_p[1:] != sorted_p[:-1]])
        self.y = y[self.order].astype(float)

    def sums(self, weights):
        w = weights[self.order]
        return np.add.reduceat(w * self.y, self.starts), np.add.reduceat(w, self.starts)

    def auc(self, weights):
        hits, all_rows = self.sums(weights)
        misses = all_rows - hits
        below = misses.sum() - np.cumsum(misses)
        total = hits.sum() * misses.sum()
        return (hits * (below + misses / 2)).sum() / total if total > 0 else np.nan

    def average_precision(self, weights):
        hits, all_rows = self.sums(weights)
        seen = np.cumsum(all_rows)
        precision = np.divide(np.cumsum(hits), seen, out=np.zeros(len(seen)), where=seen > 0)
        return (hits * precision).sum() / hits.sum() if hits.sum() > 0 else np.nan


def bootstrap(units, figure):
    """Percentile interval of a figure of the rows' weights, drawn by unit."""
    rng = np.random.default_rng(SEED)
    names, index = np.unique(units, return_inverse=True)
    values = []
    for _ in range(DRAWS):
        counts = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        value = figure(counts[index].astype(float))
        if np.isfinite(value):
            values.append(value)
    return np.percentile(values, 2.5), np.percentile(values, 97.5)


def grouped_bootstrap(units, losses):
    """The same of a ratio of two sums, fast: losses is (rows, 2)."""
    rng = np.random.default_rng(SEED)
    names, index = np.unique(units, return_inverse=True)
    sums = np.zeros((len(names), 2))
    np.add.at(sums, index, losses)
    ratios = []
    for _ in range(DRAWS):
        total = sums[rng.integers(0, len(names), len(names))].sum(axis=0)
        ratios.append(total[0] / total[1])
    return np.percentile(ratios, 2.5), np.percentile(ratios, 97.5)


def line(title, value, low, high, of, must="", aim="", verdict=None, unit=""):
    return dict(
        title=title, value=float(value), low=float(low), high=float(high), of=of, must=must, aim=aim, verdict=verdict,
        unit=unit)


# The peers. Settings for few failures: shallow, regularised; none was tuned on the test rows.


def lightgbm_regularised(x, y, seed=SEED):
    import lightgbm

    model = lightgbm.LGBMClassifier(
        n_estimators=200, learning_rate=0.05, num_leaves=7, min_child_samples=20, reg_lambda=10, subsample=0.8,
        subsample_freq=1, colsample_bytree=0.8, random_state=seed, n_jobs=1, verbose=-1)
    return model.fit(x, y)


def lightgbm_plain(x, y, seed=SEED):
    import lightgbm

    return lightgbm.LGBMClassifier(n_estimators=100, random_state=seed, n_jobs=1, verbose=-1).fit(x, y)


def xgboost_regularised(x, y, seed=SEED):
    import xgboost

    model = xgboost.XGBClassifier(
        n_estimators=200, learning_rate=0.05, max_depth=3, min_child_weight=2, reg_lambda=5, subsample=0.8,
        colsample_bytree=0.8, random_state=seed, n_jobs=1)
    return model.fit(x, y)


def logistic(x, y, seed=SEED):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)).fit(x, y)


class Cox:
    """Proportional hazards on the rows as spells of one step (lifelines), with the mean rate as baseline."""

    def __init__(self, steps):
        self.steps = steps

    def fit(self, x, failed_in_step, unit, step):
        from lifelines import CoxTimeVaryingFitter
        from sklearn.preprocessing import StandardScaler

        self.scale = StandardScaler().fit(x)
        z = pd.DataFrame(self.scale.transform(x), columns=[f"x{i}" for i in range(x.shape[1])])
        self.keep = [c for c in z if z[c].std() > 1e-9]
        z = z[self.keep]
        frame = z.assign(id=np.asarray(unit), start=np.asarray(step), stop=np.asarray(step) + 1, event=failed_in_step)
        self.model = CoxTimeVaryingFitter(penalizer=0.1)
        self.model.fit(frame, id_col="id", event_col="event", start_col="start", stop_col="stop")
        risk = np.exp(np.clip(z.values @ self.model.params_.loc[self.keep].values, -20, 20))
        self.rate = failed_in_step.sum() / risk.sum()
        return self

    def predict_proba(self, x):
        z = pd.DataFrame(self.scale.transform(x), columns=[f"x{i}" for i in range(x.shape[1])])[self.keep]
        risk = np.exp(np.clip(z.values @ self.model.params_.loc[self.keep].values, -20, 20))
        p = 1 - np.exp(-self.rate * risk * self.steps)
        return np.column_stack([1 - p, p])


def constant(y):
    class Constant:
        def predict_proba(self, x):
            return np.tile([1 - y.mean(), y.mean()], (len(x), 1))

    return Constant()


# Azure


def azure_features(data):
    """A row a machine and as-of time, every 6 h, from what came before it; and the failures."""
    folder = os.path.join(data, "azure_pdm_20x90d")
    telemetry = pd.read_csv(f"{folder}/PdM_telemetry.csv", parse_dates=["datetime"])
    errors = pd.read_csv(f"{folder}/PdM_errors.csv", parse_dates=["datetime"])
    repairs = pd.read_csv(f"{folder}/PdM_maint.csv", parse_dates=["datetime"])
    failures = pd.read_csv(f"{folder}/PdM_failures.csv", parse_dates=["datetime"])
    machines = pd.read_csv(f"{folder}/PdM_machines.csv").set_index("machineID")
    signals = ["volt", "rotate", "pressure", "vibration"]
    first, last = telemetry.datetime.min(), telemetry.datetime.max()
    times = pd.date_range(first.normalize() + DAY, last + HOUR - DAY, freq="6h")
    rows = []
    for machine, own in telemetry.groupby("machineID"):
        own = own.set_index("datetime").sort_index()
        e = errors[errors.machineID == machine]
        r = repairs[repairs.machineID == machine]
        for t in times:
            row = dict(machine=machine, as_of=t, age=machines.age[machine])
            for model in sorted(machines.model.unique()):
                row[model] = float(machines.model[machine] == model)
            for hours in (3, 24):
                part = own.loc[t - hours * HOUR : t - pd.Timedelta(seconds=1)]
                for s in signals:
                    row[f"{s}_mean_{hours}"] = part[s].mean()
                    row[f"{s}_sd_{hours}"] = part[s].std()
            for k in range(1, 6):
                mine = e[(e.errorID == f"error{k}") & (e.datetime < t)].datetime
                row[f"error{k}_24h"] = float((mine >= t - DAY).sum())
                row[f"error{k}_hours"] = min(720.0, (t - mine.max()) / HOUR) if len(mine) else 720.0
            for k in range(1, 5):
                mine = r[(r.comp == f"comp{k}") & (r.datetime < t)].datetime
                row[f"comp{k}_days"] = (t - mine.max()) / DAY if len(mine) else 400.0
            rows.append(row)
    return pd.DataFrame(rows).fillna(0.0), failures


def azure(work, data):
    ours = pd.read_csv(f"{work}/azure-rows.csv", parse_dates=["as_of"])
    ours["as_of"] = ours.as_of.dt.tz_localize(None)
    ours["machine"] = ours.device.str.replace("machine-", "").astype(int)
    frame, failures = azure_features(data)
    columns = [c for c in frame if c not in ("machine", "as_of")]
    start = ours.as_of.min()
    refits = [t for t in pd.date_range(start, ours.as_of.max(), freq="MS")]
    if not refits or refits[0] > start:
        refits.insert(0, start)
    methods = {
        "LightGBM, refitted monthly": lightgbm_plain, "LightGBM regularised": lightgbm_regularised,
        "XGBoost": xgboost_regularised, "logistic regression": logistic,
    }
    given = {name: [] for name in list(methods) + ["Cox", "river's adaptive forest"]}
    tables = []
    for comp in ["comp1", "comp2", "comp3", "comp4"]:
        f = failures[failures.failure == comp]
        came = np.zeros(len(frame))
        step = np.zeros(len(frame))
        for machine, time in zip(f.machineID, f.datetime):
            own = frame.machine == machine
            came[own & (frame.as_of <= time) & (time < frame.as_of + DAY)] = 1
            step[own & (frame.as_of <= time) & (time < frame.as_of + 6 * HOUR)] = 1
        test = ours[ours["mode"] == comp].merge(
            frame.assign(came=came), on=["machine", "as_of"], how="left", validate="one_to_one")
        assert (test.came == test.happened).all(), "the rows disagree about what came"
        tables.append(test[["machine", "as_of", "mode", "probability", "happened"]])
        for name, make in methods.items():
            p = np.zeros(len(test))
            for place, begin in enumerate(refits):
                end = refits[place + 1] if place + 1 < len(refits) else pd.Timestamp.max
                known = (frame.as_of + DAY <= begin).values
                rows = (test.as_of >= begin) & (test.as_of < end)
                y = came[known]
                model = make(frame[known][columns], y) if y.sum() > 0 else constant(y)
                p[rows] = model.predict_proba(test[rows][columns])[:, 1]
            given[name].append(p)
        p = np.zeros(len(test))
        for place, begin in enumerate(refits):
            end = refits[place + 1] if place + 1 < len(refits) else pd.Timestamp.max
            known = (frame.as_of + 6 * HOUR <= begin).values
            rows = (test.as_of >= begin) & (test.as_of < end)
            number = ((frame.as_of - frame.as_of.min()) / (6 * HOUR)).astype(int)
            model = (
                Cox(4).fit(frame[known][columns].values, step[known], frame[known].machine, number[known])
                if step[known].sum() > 0 else constant(came[known]))
            p[rows] = model.predict_proba(test[rows][columns].values)[:, 1]
        given["Cox"].append(p)
        given["river's adaptive forest"].append(river_forest(frame, columns, came, test))
    rows = pd.concat(tables, ignore_index=True)
    return compare(
        "Azure, 24 h", rows.machine.values, rows.probability.values, rows.happened.values,
        {name: np.concatenate(parts) for name, parts in given.items()}, main="LightGBM, refitted monthly",
        second="PR-AUC", unit="machines")


def river_forest(frame, columns, came, test):
    """Learns each row once its day is over, and answers test rows as they come."""
    from river import forest

    model = forest.ARFClassifier(n_models=10, seed=SEED % 1000)
    wanted = {(m, t) for m, t in zip(test.machine, test.as_of)}
    answers = {}
    order = np.argsort(frame.as_of.values, kind="stable")
    features = frame[columns].to_dict("records")
    waiting = 0
    times = frame.as_of.values
    for i in order:
        while waiting < len(order) and times[order[waiting]] + np.timedelta64(1, "D") <= times[i]:
            j = order[waiting]
            model.learn_one(features[j], bool(came[j]))
            waiting += 1
        key = (frame.machine.values[i], pd.Timestamp(times[i]))
        if key in wanted:
            answers[key] = model.predict_proba_one(features[i]).get(True, 0.0)
    return np.array([np.clip(answers[(m, t)], 1e-4, 1 - 1e-4) for m, t in zip(test.machine, test.as_of)])


# Backblaze


def backblaze(work, data):
    ours = pd.read_csv(f"{work}/backblaze-rows.csv", parse_dates=["as_of"])
    frame = pd.read_csv(f"{data}/backblaze_40d/bb_3models_40d.csv.gz", parse_dates=["date"])
    first = frame.date.min()
    frame["day"] = (frame.date - first).dt.days
    names = {f"smart_{k}_raw": f"s{k}" for k in (5, 9, 194, 197)}
    frame = frame.rename(columns=names).sort_values(["serial_number", "day"])
    for s in ("s5", "s197"):
        frame[f"{s}_log"] = np.log1p(frame[s].fillna(0))
        frame[f"{s}_rise"] = frame.groupby("serial_number")[s].diff(7).fillna(0).clip(-1000, 1000)
    for model in sorted(frame.model.unique()):
        frame["is_" + model.replace(" ", "_")] = (frame.model == model).astype(float)
    failed = frame[frame.failure == 1].groupby("serial_number").day.min()
    frame["as_of"] = frame.day + 1
    gone = frame.serial_number.map(failed)
    # What is known at midnight after a day's report, of drives that haven't failed.
    frame["came"] = ((gone >= frame.as_of) & (gone < frame.as_of + 7)).astype(float)
    frame["step"] = (gone == frame.as_of).astype(float)
    frame = frame[gone.isna() | (gone > frame.day)].copy()
    columns = [c for c in frame if c.startswith(("s5", "s9", "s194", "s197", "is_"))]
    frame[columns] = frame[columns].fillna(0)
    ours["as_of"] = (ours.as_of.dt.tz_localize(None) - first).dt.days
    before = len(ours)
    test = ours.merge(
        frame[["serial_number", "as_of", "came"] + columns], left_on=["device", "as_of"],
        right_on=["serial_number", "as_of"], how="inner", validate="one_to_one")
    print(f"backblaze: {before} rows of ours, {len(test)} of drives that hadn't failed", file=sys.stderr)
    assert (test.came == test.happened).all(), "the rows disagree about what came"
    train = frame[frame.as_of + 7 <= 21]
    given = {}
    for name, make in {
        "LightGBM regularised": lightgbm_regularised, "LightGBM": lightgbm_plain, "XGBoost": xgboost_regularised,
        "logistic regression": logistic,
    }.items():
        given[name] = make(train[columns], train.came).predict_proba(test[columns])[:, 1]
    daily = np.zeros(len(test))
    for day in sorted(test.as_of.unique()):
        known = frame[frame.as_of + 7 <= day]
        rows = test.as_of == day
        daily[rows] = lightgbm_regularised(known[columns], known.came).predict_proba(test[rows][columns])[:, 1]
    given["LightGBM regularised, refitted daily"] = daily
    spells = frame[frame.as_of + 1 <= 21]
    keep = spells.index[(spells.step > 0) | (np.random.default_rng(SEED).random(len(spells)) < 0.1)]
    sample = spells.loc[keep]
    cox = Cox(7).fit(sample[columns].values, sample.step.values, sample.serial_number, sample.day)
    cox.rate *= len(sample) / len(spells)
    given["Cox"] = cox.predict_proba(test[columns].values)[:, 1]
    return compare(
        "Backblaze, 7 days", test.device.values, test.probability.values, test.happened.values, given,
        main="LightGBM regularised", second="AUC", unit="drives")


def compare(title, units, p, y, given, main, second, unit):
    """Our figures, each peer's, and the differences to the main one."""
    ones = np.ones(len(y))
    rankings = {name: Ranking(q, y) for name, q in {"forewarn": p, **given}.items()}

    def score(name, weights):
        ranking = rankings[name]
        return ranking.average_precision(weights) if second == "PR-AUC" else ranking.auc(weights)

    of = f"{len(y)} rows, {int(y.sum())} came, {len(np.unique(units))} {unit}"
    lines = []
    loss = log_loss(p, y)
    base = log_loss(np.full(len(y), y.mean()), y).mean()

    def scored(name, q):
        losses = log_loss(q, y)
        low, high = grouped_bootstrap(units, np.column_stack([losses, np.ones(len(y))]))
        lines.append(line(f"{title}: log-loss, {name}", losses.mean(), low, high, of))
        low, high = bootstrap(units, lambda w: score(name, w))
        lines.append(line(f"{title}: {second}, {name}", score(name, ones), low, high, of))

    scored("forewarn", p)
    for name, q in given.items():
        scored(name, q)
    lines.append(line(f"{title}: log-loss of the base rate", base, base, base, of))
    q = given[main]
    ratio = loss.sum() / log_loss(q, y).sum()
    low, high = grouped_bootstrap(units, np.column_stack([loss, log_loss(q, y)]))
    verdict = "aim reached" if high < 1 else "good enough" if high <= 1.1 else "MISSED"
    lines.append(
        line(f"{title}: log-loss, forewarn / {main}", ratio, low, high, of, "interval ≤ 1.1", "< 1", verdict))
    value = score("forewarn", ones) - score(main, ones)
    low, high = bootstrap(units, lambda w: score("forewarn", w) - score(main, w))
    if second == "AUC":
        verdict = "aim reached" if value > 0 else "good enough" if value >= -0.03 else "MISSED"
        lines.append(line(f"{title}: AUC, forewarn − {main}", value, low, high, of, "≥ −0.03", "> 0", verdict))
    else:
        # Not more than a tenth worse, as for the log-loss.
        relative = bootstrap(units, lambda w: score("forewarn", w) / score(main, w))
        verdict = "aim reached" if low > 0 else "good enough" if relative[0] >= 0.9 else "MISSED"
        lines.append(
            line(f"{title}: PR-AUC, forewarn − {main}", value, low, high, of, "not a tenth worse", "> 0", verdict))
    return lines


# Fleets


def cohorts(cells):
    """Observed, expected by the day's and stratum's own rate, and exposure, of each cohort, mode and day."""
    stratum = cells.groupby(["mode", "day", "region", "carrier"])[["at_risk", "onsets"]].transform("sum")
    cells = cells.assign(expected=cells.at_risk * stratum.onsets / stratum.at_risk.clip(lower=1))
    parts = []
    for keys in (["batch"], ["firmware"], ["batch", "firmware"]):
        part = cells.groupby(["mode", "day"] + keys)[["onsets", "expected", "at_risk"]].sum().reset_index()
        part["cause"] = "_and_".join(keys)
        part["cohort"] = part[keys].agg(" × ".join, axis=1)
        parts.append(part[["mode", "day", "cause", "cohort", "onsets", "expected", "at_risk"]])
    return pd.concat(parts, ignore_index=True)


def ebgm_lower(observed, expected):
    """The 5 % point of DuMouchel's (1999) posterior: a mixture of two gammas as prior, fitted by likelihood."""
    from scipy.optimize import brentq, minimize
    from scipy.stats import gamma, nbinom

    n, e = observed.values.astype(float), expected.values.clip(1e-6)

    def parts(theta):
        a1, b1, a2, b2 = np.exp(theta[:4])
        w = 1 / (1 + np.exp(-theta[4]))
        return a1, b1, a2, b2, w, nbinom.logpmf(n, a1, b1 / (b1 + e)), nbinom.logpmf(n, a2, b2 / (b2 + e))

    def cost(theta):
        a1, b1, a2, b2, w, l1, l2 = parts(theta)
        return -np.logaddexp(np.log(w + 1e-12) + l1, np.log(1 - w + 1e-12) + l2).sum()

    best = minimize(
        cost, [np.log(2), np.log(1), np.log(20), np.log(20), -2.0], method="L-BFGS-B", bounds=[(-5, 8)] * 4 + [(-8, 8)])
    a1, b1, a2, b2, w, l1, l2 = parts(best.x)
    q = 1 / (1 + np.exp(np.log(1 - w + 1e-12) + l2 - np.log(w + 1e-12) - l1))

    def point(i):
        share = lambda x: q[i] * gamma.cdf(x, a1 + n[i], scale=1 / (b1 + e[i])) + (1 - q[i]) * gamma.cdf(
            x, a2 + n[i], scale=1 / (b2 + e[i])) - 0.05
        return brentq(share, 1e-9, 1e4)

    # Only what is over its expectation can pass the line.
    return np.array([point(i) if n[i] > 1.3 * e[i] and n[i] >= 3 else 0.0 for i in range(len(n))])


def fired(path):
    """First day on which each method fires for each mode and cohort: looked at weekly."""
    cells = pd.read_csv(path)
    days = cohorts(cells)
    naive, ebgm = {}, {}
    for end in range(28, cells.day.max() + 1, 7):
        week = days[(days.day > end - 7) & (days.day <= end)].groupby(["mode", "cause", "cohort"]).sum(
            numeric_only=True).reset_index()
        rate = week.groupby(["mode", "cause"]).onsets.transform("sum") / week.groupby(
            ["mode", "cause"]).at_risk.transform("sum")
        hot = week[(week.onsets >= 5) & (week.onsets > 2 * rate * week.at_risk)]
        for key in zip(hot["mode"], hot.cause, hot.cohort):
            naive.setdefault(key, end)
        month = days[(days.day > end - 28) & (days.day <= end)].groupby(["mode", "cause", "cohort"]).sum(
            numeric_only=True).reset_index()
        for _, part in month.groupby(["mode", "cause"]):
            if len(part) < 5:
                continue
            lower = ebgm_lower(part.onsets, part.expected)
            for key in zip(part["mode"][lower > 1.3], part.cause[lower > 1.3], part.cohort[lower > 1.3]):
                ebgm.setdefault(key, end)
    return {"naive threshold": naive, "stratified EBGM": ebgm}


def fleets(work):
    totals = {}
    names = []
    for path in sorted(glob.glob(f"{work}/normal-*/seed-*-cells.csv")):
        result = json.load(open(path.replace("-cells.csv", ".json")))
        start = pd.Timestamp("2025-03-04", tz="UTC")
        defects = [d for d in result["defects"] if "change" in d]
        names.append(os.path.basename(path))
        for method, keys in fired(path).items():
            total = totals.setdefault(method, [0, 0, 0, 0])
            for d in defects:
                cohort = " × ".join(x for x in (d.get("batch"), d.get("firmware")) if x)
                change = (pd.Timestamp(d["change"]) - start).days
                total[0] += (d["mode"], d["cause"], cohort) in keys and keys[(d["mode"], d["cause"], cohort)] > change
                total[1] += 1
            for mode, cause, cohort in keys:
                words = set(cohort.split(" × "))
                near = [d for d in defects if d["mode"] == mode and words & {d.get("batch"), d.get("firmware")}]
                exact = [d for d in near if d["cause"] == cause and words == {
                    x for x in (d.get("batch"), d.get("firmware")) if x}]
                total[2] += bool(near) and not exact
                total[3] += not near
    lines = []
    for method, (found, planted, wrong, false) in totals.items():
        of = f"{planted} defects of {len(names)} normal fleets"
        lines.append(line(f"fleets, {method}: found with the exact cohort", found, found, found, of))
        lines.append(line(f"fleets, {method}: findings of another cohort of a defect", wrong, wrong, wrong, of))
        lines.append(line(f"fleets, {method}: false findings", false, false, false, of))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--part", action="append", choices=["azure", "backblaze", "fleets"])
    options = parser.parse_args()
    parts = options.part or ["azure", "backblaze", "fleets"]
    kept = f"{options.work}/peers-parts.json"
    results = json.load(open(kept)) if os.path.exists(kept) else {}
    for part in parts:
        rows = {"azure": "azure-rows.csv", "backblaze": "backblaze-rows.csv"}.get(part)
        if rows and not os.path.exists(f"{options.work}/{rows}"):
            print(f"{part}: skipped, evaluate hasn't written {rows}", file=sys.stderr)
            continue
        if part == "azure":
            results[part] = azure(options.work, options.data)
        elif part == "backblaze":
            results[part] = backblaze(options.work, options.data)
        else:
            results[part] = fleets(options.work)
        for entry in results[part]:
            print(f"{entry['title']}: {entry['value']:.5g} [{entry['low']:.5g}–{entry['high']:.5g}] {entry['verdict'] or ''}")
        json.dump(results, open(kept, "w"), indent=1)
    lines = [entry for part in ("azure", "backblaze", "fleets") for entry in results.get(part, [])]
    json.dump({"lines": lines}, open(f"{options.work}/peers.json", "w"), indent=1, ensure_ascii=False)


if __name__ == "__main__":
    main()
