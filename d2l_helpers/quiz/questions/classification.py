"""Questions about notebooks 04 to 08: softmax regression."""

from __future__ import annotations

from d2l_helpers.quiz.question import QuizQuestion as Q

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Q(
        "04",
        "All logits of an example grow by 100. What happens to their softmax?",
        "nothing",
        "Numerator and denominator grow by the same factor: only the differences between logits matter.",
        {
            "all probabilities grow": "They cannot all grow: they add up to 1.",
            "the largest one becomes nearly 1": "That usually happens if the logits are multiplied by 100 instead.",
        },
    ),
    Q(
        "04",
        "What does a stable softmax do to prevent overflow?",
        "it subtracts the largest logit first",
        "The largest exponent is then 0, and e⁰ = 1; the subtraction changes no probability.",
        {
            "it takes the logarithm at the end": "By then, the exponentials have already overflowed.",
            "it adds a small number to the sum": "That avoids a division by zero, not an overflow.",
        },
    ),
    Q(
        "04",
        "A network gives the right class a probability of ½. How large is the cross-entropy of this example, in nats?",
        "about 0.69",
        "The cross-entropy is −ln ½ = ln 2.",
        {
            "0.5": "The loss is minus the logarithm of the probability, not the probability.",
            "1": "It would be 1 in bits: −log₂ ½ = 1.",
            "0": "It would be 0 if the network were certain of the right class.",
        },
    ),
    Q(
        "04",
        "What is the gradient of the cross-entropy with respect to the logits?",
        "probabilities minus the one-hot label",
        "Each entry is what the network predicted minus what happened, and the entries add up to zero.",
        {
            "the one-hot label minus the probabilities": "That is the direction of a descent step: minus the gradient.",
            "one divided by the probability of the right class": (
                "The slope with respect to that probability has this size; it is −1/p."
            ),
        },
    ),
    Q(
        "04",
        "A network knows nothing yet and gives each of ten classes the same probability. Its cross-entropy is …",
        "ln 10, about 2.30",
        "Each class gets a tenth, and −ln 0.1 = ln 10.",
        {
            "0.1": "That is the probability of each class, not minus its logarithm.",
            "ln 2, about 0.69": "It would be ln 2 for two classes.",
        },
    ),
    Q(
        "04",
        "Softmax gives a class the probability p. The second derivative of the cross-entropy with respect to the "
        "logit of this class is …",
        "p (1 − p)",
        "This is the variance of a coin that shows heads with probability p; it is largest at p = ½.",
        {
            "p": "The first derivative is p, or p − 1 if this class is the right one.",
            "−ln p": "That is the loss if this class is the right one.",
        },
    ),
    Q(
        "05",
        "Why is the test set opened only once?",
        "choosing by it makes its own number too good",
        "A choice made by the test set also fits its chance errors, so on new images the number does not hold.",
        {
            "it is slow to evaluate": "Ten thousand images take a fraction of a second.",
            "its labels are secret": "The test labels of Fashion-MNIST are public: only discipline keeps them closed.",
        },
    ),
    Q(
        "05",
        "A classifier is right on 83 % of 10,000 test images. How far is this number, typically, from the accuracy on "
        "endlessly many images (one standard error)?",
        "about 0.4 percentage points",
        "The standard error is √(0.83 · 0.17 / 10,000) ≈ 0.0038.",
        {
            "about 4 percentage points": "That is the standard error for 100 images.",
            "about 0.04 percentage points": "That is the standard error for a million images.",
        },
    ),
    Q(
        "05",
        "An image file stores pixels from 0 to 255. Why are they divided by 255 before training?",
        "at a usual learning rate, steps would be far too long",
        "The curvature of the loss grows with the square of the inputs: by a factor of 255², about 65,000.",
        {
            "floats cannot store 255": "Floats store 255 exactly.",
            "the network accepts only inputs up to 1": (
                "A network accepts any numbers; training on large ones is the problem."
            ),
        },
    ),
    Q(
        "05",
        "The training examples are sorted by class, and the loader does not shuffle them. What does a minibatch look "
        "like?",
        "it usually holds one class only",
        "Neighbours in the file have the same label, so each step learns about a single class.",
        {
            "it holds all classes": "That happens after shuffling.",
            "it is as good as a shuffled one": "That would be so if the order of the file were random.",
        },
    ),
    Q(
        "05",
        "Two classifiers are compared by their accuracies. Why is it better to measure both on the same images?",
        "hard images are hard for both, so chance matters less",
        "The chance errors are shared; in the difference, most of them cancel.",
        {
            "fewer images have to be loaded": "That saves memory, but it makes no comparison better.",
            "both accuracies get higher": "On average, the choice of images changes neither accuracy.",
        },
    ),
    Q(
        "06",
        "Softmax regression was trained on 28 × 28 images. One column of its weights, one for each pixel, is drawn as "
        "an image. What does it show?",
        "a template of the class",
        "The logit of the class is the sum of pixel times weight, so weights are high where the class has ink.",
        {
            "random noise": "It shows noise before training.",
            "the mean image of the class": (
                "A mean image has no negative values; weights do, where other classes have ink."
            ),
        },
    ),
    Q(
        "06",
        "Train accuracy is averaged over the batches during an epoch; held-out accuracy is measured after the epoch. "
        "Which of the two does this favour?",
        "the held-out accuracy",
        "The train accuracy includes the first batches, when the network was still worse.",
        {
            "the train accuracy": "The later measurement has the advantage, because the network has learnt in between.",
            "neither": "Neither would have an advantage if the network did not change during the epoch.",
        },
    ),
    Q(
        "06",
        "exp(89), computed in 32-bit floats, is …",
        "inf",
        "The largest 32-bit float is about 3.4 · 10³⁸, and e⁸⁹ ≈ 4.5 · 10³⁸ is larger.",
        {
            "about 4.5 · 10³⁸": "That is the result in 64 bits.",
            "nan": "nan appears when inf is divided by inf or subtracted from inf.",
        },
    ),
    Q(
        "06",
        "Missing an illness costs a hundred times as much as a false alarm. From which probability of the illness on "
        "should a network raise an alarm?",
        "about 1 %",
        "At a probability p, silence costs 100 p on average and an alarm 1 − p; they are equal at p = 1/101.",
        {
            "50 %": "That minimises the number of errors, not their cost.",
            "about 99 %": "That would be right if a false alarm cost a hundred times as much as a missed illness.",
        },
    ),
    Q(
        "06",
        "A network predicts the next word among 50,000 classes. How many numbers are in the gradient of one example's "
        "loss with respect to the logits?",
        "50,000",
        "Every class has a logit, and its gradient is the probability of the class, minus 1 for the right class.",
        {
            "one": "The loss is one number; its gradient has one number for each logit.",
            "as many as there are classes in the batch": (
                "Softmax gives every class a probability, also those not in the batch."
            ),
        },
    ),
    Q(
        "07",
        "Why does Gluon's SoftmaxCrossEntropyLoss take logits and not probabilities?",
        "the logarithm and the exponential cancel, and nothing overflows",
        "From logits, the loss stays exact even where the probability would be rounded to 0.",
        {
            "probabilities need more memory": "There are as many probabilities as logits.",
            "logits are better predictions": "Both put the classes in the same order, so they predict the same class.",
        },
    ),
    Q(
        "07",
        "From epoch 20 on, the held-out loss rises, while the held-out accuracy stays the same. What is the most "
        "likely reason?",
        "wrong predictions have become more confident",
        "Accuracy depends only on the most probable class; the loss also depends on how sure the network is.",
        {
            "the accuracy was computed wrongly": "Both numbers can be right, because they measure different things.",
            "the learning rate is too low": "A low rate makes the loss fall more slowly; it does not make it rise.",
        },
    ),
    Q(
        "07",
        "For each of 1,000 images, a network gives its predicted class a probability of 90 %. On these images it is "
        "well calibrated if …",
        "about 900 predictions are right",
        "Calibration compares the predicted probability with the fraction of predictions that are right.",
        {
            "all 1,000 predictions are right": "Then 90 % was too low; 100 % would be calibrated.",
            "as many as possible are right": (
                "That would be a high accuracy; calibration asks whether the 90 % is true."
            ),
        },
    ),
    Q(
        "07",
        "Two dense layers follow each other without an activation between them. What can they compute that one dense "
        "layer cannot?",
        "nothing",
        "The product of two weight matrices is again a matrix, so the two layers are one linear layer.",
        {
            "any function": "With an activation and enough units, they come close to any continuous function.",
            "XOR": "XOR is not linear, so it needs an activation between the layers.",
        },
    ),
    Q(
        "07",
        "A linear network classifies centred images of clothes. All test images are shifted by two pixels. What "
        "happens to the accuracy?",
        "it falls clearly",
        "Each weight belongs to one pixel, and after the shift it meets the brightness of another one.",
        {
            "it stays the same": "It would for a network that recognises a shape wherever it is in the image.",
            "it rises": "The weights fit the places of the training images, and shifted images fit them worse.",
        },
    ),
    Q(
        "08",
        "A network ends with a softmax, written by hand. Its loss expects logits (from_logits=True). What does the "
        "loss compute?",
        "the cross-entropy of a softmax of a softmax",
        "The loss treats the probabilities as logits and applies a softmax to them once more.",
        {
            "the right loss": "It would be right if the network returned logits.",
            "nothing: it raises an error": "Shapes and types fit, so there is no error message.",
        },
    ),
    Q(
        "08",
        "Softmax is applied twice, over ten classes. How low can the cross-entropy get?",
        "to about 1.46",
        "At best, the second softmax gets one 1 and nine 0s, and the loss is ln(1 + 9/e) ≈ 1.46.",
        {
            "to 0": "It gets close to 0 only if the inputs of the last softmax can grow without bound.",
            "to ln 10, about 2.30": "That is the loss if all classes get the same probability, as before training.",
        },
    ),
    Q(
        "08",
        "A classifier of ten classes has a train accuracy of 78 % and a train loss of 1.71 nats. What is suspicious?",
        "the loss is too high for this accuracy",
        "The mean loss of a trained network that is right on 78 % is usually below 0.7.",
        {
            "nothing": "A network that knows nothing has 2.30, so 1.71 hardly fits an accuracy of 78 %.",
            "the accuracy is too low for this loss": (
                "From a loss of 1.71 one would expect a lower accuracy, not a higher one."
            ),
        },
    ),
    Q(
        "08",
        "In Keras, net.fit(..., validation_data=...) reports val_accuracy after each epoch. Which data should it be "
        "measured on?",
        "held-out training data",
        "One chooses by this number, for example when to stop, so the test set must stay closed.",
        {
            "the test data": "Then every choice would be made by the test data, and its number would be too good.",
            "the data it trains on": "Keras already reports that accuracy, and it says nothing about new images.",
        },
    ),
    Q(
        "08",
        "Softmax is applied twice by mistake. Why does the network learn so much more slowly?",
        "the additional softmax shrinks the gradient",
        "The gradient passes through one more softmax, whose derivatives p (1 − p) and −p q are at most ¼ in size.",
        {
            "each step computes twice as much": "The additional softmax takes almost no time.",
            "the loss starts higher": "With ten classes it starts near ln 10, with the mistake and without it.",
        },
    ),
)
