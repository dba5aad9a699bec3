"""Wrong answers to notebooks/09_review.ipynb, as learners write them."""

import math

from mxnet import np

from d2l_autograder.key import Wrong


def _by_its_own(X_train, X):
    deviation = np.where(X.max(axis=0) > X.min(axis=0), X.std(axis=0), 1)
    return (X - X.mean(axis=0)) / deviation


def _divides_by_zero(X_train, X):
    return (X - X_train.mean(axis=0)) / X_train.std(axis=0)


def _adds_a_little(X_train, X):
    return (X - X_train.mean(axis=0)) / (X_train.std(axis=0) + 1e-8)


def _over_all_columns(X_train, X):
    return (X - X_train.mean()) / X_train.std()


def _by_rows(X_train, X):
    return (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)


def _by_the_variance(X_train, X):
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    return (X - X_train.mean(axis=0)) / np.where(varies, X_train.var(axis=0), 1)


def _to_the_unit_interval(X_train, X):
    low, high = X_train.min(axis=0), X_train.max(axis=0)
    return (X - low) / np.where(high > low, high - low, 1)


def _sets_constants_to_zero(X_train, X):
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    return np.where(varies, (X - X_train.mean(axis=0)) / (X_train.std(axis=0) + 1e-8), 0)


def _leaves_constants_out(X_train, X):
    kept = [j for j, deviation in enumerate(X_train.std(axis=0).tolist()) if deviation > 0]
    return ((X - X_train.mean(axis=0)) / (X_train.std(axis=0) + 1e-8))[:, kept]


def _only_shifts(X_train, X):
    return X - X_train.mean(axis=0)


def _scales_the_training_data(X_train, X):
    varies = X_train.max(axis=0) > X_train.min(axis=0)
    return (X_train - X_train.mean(axis=0)) / np.where(varies, X_train.std(axis=0), 1)


def _in_place(X_train, X):
    mean = X_train.mean(axis=0)
    deviation = np.where(X_train.max(axis=0) > X_train.min(axis=0), X_train.std(axis=0), 1)
    X -= mean
    X /= deviation
    return X


STANDARDIZE = (
    Wrong(_by_its_own, "another X: a value in a column that varies"),
    Wrong(_divides_by_zero, "that is always 1 in X_train", earns=0.5),
    Wrong(_adds_a_little, "another X: a value of 5 in a column that is always 1", earns=0.5),
    Wrong(_over_all_columns, "X = X_train: a value in a column that varies"),
    Wrong(_by_rows, "a value in a column that varies"),
    Wrong(_by_the_variance, "a value in a column that varies"),
    Wrong(_to_the_unit_interval, "a value in a column that varies"),
    Wrong(_sets_constants_to_zero, "another X: a value of 5", earns=0.5),
    Wrong(_leaves_constants_out, "shape", earns=0.5),
    Wrong(_only_shifts, "a value in a column that varies"),
    Wrong(_scales_the_training_data, "shape (7, 4)"),
    Wrong(_in_place, "has changed X_train or X"),
)


def _takes_the_highest(settings, held_out_loss):
    return max(settings, key=held_out_loss)


def _keeps_a_first_nan(settings, held_out_loss):
    return min(settings, key=held_out_loss)


def _returns_the_loss(settings, held_out_loss):
    return min(map(held_out_loss, settings))


def _returns_the_place(settings, held_out_loss):
    losses = [held_out_loss(setting) for setting in settings]
    return losses.index(min(losses))


def _takes_the_last_at_a_tie(settings, held_out_loss):
    best, lowest = None, math.inf
    for setting in settings:
        loss = held_out_loss(setting)
        if loss <= lowest:
            best, lowest = setting, loss
    return best


def _trains_twice(settings, held_out_loss):
    best, lowest = None, math.inf
    for setting in settings:
        if held_out_loss(setting) < lowest:
            best, lowest = setting, held_out_loss(setting)
    return best


def _nan_is_zero(settings, held_out_loss):
    losses = [held_out_loss(setting) for setting in settings]
    return settings[losses.index(min(losses, key=lambda loss: 0 if math.isnan(loss) else loss))]


def _stops_when_it_rises(settings, held_out_loss):
    best, lowest = None, math.inf
    for setting in settings:
        loss = held_out_loss(setting)
        if loss > lowest:
            break
        if loss < lowest:
            best, lowest = setting, loss
    return best


def _at_most_one(settings, held_out_loss):
    best, lowest = settings[0], 1.0
    for setting in settings:
        loss = held_out_loss(setting)
        if loss < lowest:
            best, lowest = setting, loss
    return best


def _argmin(settings, held_out_loss):
    return settings[int(np.array([held_out_loss(setting) for setting in settings]).argmin())]


def _skips_the_first(settings, held_out_loss):
    best, lowest = settings[0], held_out_loss(settings[0])
    for setting in settings[1:]:
        loss = held_out_loss(setting)
        if loss < lowest:
            best, lowest = setting, loss
    return best


BEST_SETTING = (
    Wrong(_takes_the_highest, "with the lowest loss"),
    Wrong(_keeps_a_first_nan, "held-out losses nan, 0.6, 0.5: setting number 1", earns=0.5),
    Wrong(_returns_the_loss, "one of the settings"),
    Wrong(_returns_the_place, "one of the settings"),
    Wrong(_takes_the_last_at_a_tie, "the first of those with the lowest loss", earns=0.5),
    Wrong(_trains_twice, "called 2 times"),
    Wrong(_nan_is_zero, "the lowest loss that is a number", earns=0.5),
    Wrong(_stops_when_it_rises, "held-out losses"),
    Wrong(_at_most_one, "3.5, 2.5, 1.5"),
    Wrong(_argmin, "the lowest loss that is a number", earns=0.5),
    Wrong(_skips_the_first, "the lowest loss that is a number", earns=0.5),
)


def _errors(labels, predicted):
    return [(true, guess) for true, guess in zip(labels.tolist(), predicted.tolist(), strict=True) if true != guess]


def _counts_what_is_right(labels, predicted, num_classes):
    pairs = list(zip(labels.tolist(), predicted.tolist(), strict=True))
    return max(pairs, key=pairs.count)


def _predicted_first(labels, predicted, num_classes):
    errors = _errors(labels, predicted)
    return max(errors, key=errors.count)[::-1] if errors else None


def _fails_without_errors(labels, predicted, num_classes):
    errors = _errors(labels, predicted)
    return max(errors, key=errors.count)


def _first_error(labels, predicted, num_classes):
    return next(iter(_errors(labels, predicted)), None)


def _adds_both_directions(labels, predicted, num_classes):
    errors = [tuple(sorted(pair)) for pair in _errors(labels, predicted)]
    return max(errors, key=errors.count) if errors else None


def _one_after_the_other(labels, predicted, num_classes):
    errors = _errors(labels, predicted)
    if not errors:
        return None
    hardest, taken = ([pair[i] for pair in errors] for i in (0, 1))
    return max(hardest, key=hardest.count), max(taken, key=taken.count)


def _only_the_true_class(labels, predicted, num_classes):
    hardest = [true for true, _ in _errors(labels, predicted)]
    return max(hardest, key=hardest.count) if hardest else None


def _with_its_count(labels, predicted, num_classes):
    errors = _errors(labels, predicted)
    worst = max(errors, key=errors.count, default=None)
    return worst and (worst, errors.count(worst))


def _ten_classes(labels, predicted, num_classes):
    errors = [10 * true + guess for true, guess in _errors(labels, predicted)]
    return divmod(max(errors, key=errors.count), 10) if errors else None


def _zeros_without_errors(labels, predicted, num_classes):
    errors = _errors(labels, predicted)
    return max(errors, key=errors.count) if errors else (0, 0)


def _by_the_share(labels, predicted, num_classes):
    errors, all_labels = _errors(labels, predicted), labels.tolist()
    return max(errors, key=lambda pair: errors.count(pair) / all_labels.count(pair[0]), default=None)


WORST_CONFUSION = (
    Wrong(_counts_what_is_right, "which comes most often among the errors"),
    Wrong(_predicted_first, "the true class first"),
    Wrong(_fails_without_errors, "empty", earns=0.5),
    Wrong(_first_error, "which comes most often among the errors"),
    Wrong(_adds_both_directions, "the true class first"),
    Wrong(_one_after_the_other, "which comes most often among the errors"),
    Wrong(_only_the_true_class, "a pair"),
    Wrong(_with_its_count, "one number"),
    Wrong(_ten_classes, "which comes most often among the errors"),
    Wrong(_zeros_without_errors, "None, because nothing is confused", earns=0.5),
    Wrong(_by_the_share, "which comes most often among the errors"),
)
