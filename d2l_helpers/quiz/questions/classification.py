"""Questions about notebooks 04 to 08: softmax regression."""

from __future__ import annotations

from d2l_helpers.quiz.question import QuizQuestion as Q

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Q(
        "04",
        "All logits of an example grow by 100. What happens to its softmax?",
        "nothing",
        "Numerator and denominator grow by the same factor, so only differences between logits count.",
        {
            "all probabilities grow": "They cannot all grow: they add up to 1.",
            "the largest one becomes nearly 1": "That happens if the logits are multiplied, not shifted.",
        },
    ),
    Q(
        "04",
        "Which part of a stable softmax prevents the overflow?",
        "the largest logit is subtracted first",
        "The largest exponent is then 0, and e⁰ = 1; the shift changes no probability.",
        {
            "the logarithm is taken at the end": "By then the exponentials have overflowed already.",
            "a small number is added to the sum": "That avoids a division by zero, not an overflow.",
        },
    ),
    Q(
        "04",
        "A network gives the right class a probability of ½. How large is the cross-entropy of this example, in nats?",
        "about 0.69",
        "The cross-entropy is −ln ½ = ln 2.",
        {
            "0.5": "The loss is the logarithm of the probability, not the probability.",
            "1": "It is 1 in bits: −log₂ ½ = 1.",
            "0": "It is 0 only if the network is certain of the right class.",
        },
    ),
    Q(
        "04",
        "What is the gradient of the cross-entropy by the logits?",
        "probabilities minus the one-hot label",
        "What the network said minus what happened: the sum of its entries is zero.",
        {
            "the one-hot label minus the probabilities": "That is the direction of the step, not the gradient.",
            "one divided by the probability of the right class": "That is the slope by the probability.",
        },
    ),
    Q(
        "04",
        "Ten classes, and a network that knows nothing gives each the same probability. Its cross-entropy is …",
        "ln 10, about 2.30",
        "Each class gets a tenth, and −ln 0.1 = ln 10.",
        {
            "0.1": "That is the probability, not its logarithm.",
            "ln 2, about 0.69": "It would be ln 2 for two classes.",
        },
    ),
    Q(
        "04",
        "The second derivative of the cross-entropy by one logit, with that class's probability p, is …",
        "p (1 − p)",
        "It is the variance of a coin that shows the class with probability p; it is largest at ½.",
        {
            "p": "The first derivative is p, or p − 1 for the right class.",
            "−ln p": "That is the loss of the class itself.",
        },
    ),
    Q(
        "05",
        "Why is the test set opened only once?",
        "every choice made by it makes its number too good",
        "Whoever chooses by the test set fits its chance errors; on new images the number does not hold.",
        {
            "it is slow to evaluate": "Ten thousand images take a fraction of a second.",
            "its labels are secret": "Fashion-MNIST's test labels are public; the discipline is the reader's.",
        },
    ),
    Q(
        "05",
        "A classifier is right on 83 % of 10,000 test images. Chance alone moves this number by about …",
        "0.4 points (one standard error)",
        "The standard error is √(0.83 · 0.17 / 10,000) = 0.0038.",
        {
            "4 points": "That is the standard error for 100 images.",
            "0.04 points": "That would take a million images.",
        },
    ),
    Q(
        "05",
        "An image file stores pixels from 0 to 255. Why are they divided by 255 before training?",
        "steps of a usual rate would be far too long otherwise",
        "The curvature grows with the square of the inputs: 65,000 times as steep.",
        {
            "otherwise they could not be stored as floats": "Floats hold 255 without trouble.",
            "the network accepts only inputs up to 1": "It accepts any number; training suffers.",
        },
    ),
    Q(
        "05",
        "The training labels are sorted by class, and the loader does not shuffle. What do minibatches look like?",
        "most of them hold one class only",
        "Neighbours in the file have the same label, so each step learns about a single class.",
        {
            "each holds all classes": "That happens after shuffling.",
            "they are as good as any others": "They would be if the order of the file were random.",
        },
    ),
    Q(
        "05",
        "Two classifiers are compared on the same test images. Why is this better than on different ones?",
        "hard images are hard for both, so chance counts less",
        "The chance errors are shared; in the difference, most of them cancel.",
        {
            "fewer images have to be loaded": "It saves memory, but that is not the reason.",
            "it makes both accuracies higher": "It changes neither of them on average.",
        },
    ),
    Q(
        "06",
        "In softmax regression on 28 × 28 images, what does one column of the weights look like as an image?",
        "a template of its class",
        "The logit is the sum of pixel times weight: bright weights ask for bright pixels there.",
        {
            "random noise": "It is noise before training.",
            "the mean image of its class": "A template also shows what other classes have and this one lacks.",
        },
    ),
    Q(
        "06",
        "Train accuracy is measured during the epoch, held-out accuracy after it. Which one does that favour?",
        "the held-out accuracy",
        "The train number averages over a network that was still worse at the beginning of the epoch.",
        {
            "the train accuracy": "Later measurement is the advantage: the network has learnt in between.",
            "neither": "They would be equal only if the network did not change.",
        },
    ),
    Q(
        "06",
        "exp(89) in 32-bit floats is …",
        "inf",
        "The largest float is about 3.4 · 10³⁸, and e⁸⁹ is larger.",
        {
            "about 4.5 · 10³⁸": "It would be in 64 bits.",
            "nan": "nan appears when inf is divided by inf or subtracted from inf.",
        },
    ),
    Q(
        "06",
        "Missing an illness costs a hundred times as much as a false alarm. When should the network raise an alarm?",
        "from a probability of about 1 % on",
        "The expected cost of silence is 100 p, of an alarm 1 − p; they are equal near p = 0.01.",
        {
            "from 50 % on": "That minimises the number of errors, not their cost.",
            "only if it is certain": "That would be right if false alarms were the costly error.",
        },
    ),
    Q(
        "06",
        "A network learns a language with 50,000 classes. How long is the gradient by the logits of one example?",
        "50,000 numbers",
        "Every class has a logit, and all of them get a gradient: the probability, minus 1 for the right one.",
        {
            "one number": "The loss is one number; its gradient has an entry for each logit.",
            "as many as the classes in the batch": "Softmax touches every class, whether the batch holds it or not.",
        },
    ),
    Q(
        "07",
        "Why does Gluon's SoftmaxCrossEntropyLoss take logits and not probabilities?",
        "log and exp cancel, and nothing overflows",
        "The loss is log-sum-exp of the logits minus the right one: no probability has to be stored.",
        {
            "probabilities need more memory": "They have the same size as the logits.",
            "logits are more accurate predictions": "Both hold the same information; the order of classes is the same.",
        },
    ),
    Q(
        "07",
        "Held-out loss rises from epoch 20 on, while held-out accuracy stays. What has happened?",
        "wrong predictions have become more confident",
        "Accuracy counts only which class is first; the loss also asks how sure the network was.",
        {
            "the accuracy was computed wrongly": "Both can be right: they measure different things.",
            "the learning rate is too low": "A low rate slows down both numbers.",
        },
    ),
    Q(
        "07",
        "A network says 90 % for each of 1,000 images. It is well calibrated if …",
        "about 900 of them are right",
        "Calibration compares the stated probability with the share that is right.",
        {
            "all of them are right": "Then 90 % was too modest.",
            "its accuracy is above 90 %": "Accuracy over all images says nothing about what was said for these.",
        },
    ),
    Q(
        "07",
        "Two dense layers follow each other without an activation between them. What can they compute?",
        "just what one dense layer can",
        "The product of two matrices is a matrix: W = W₂W₁.",
        {
            "anything": "With an activation between them and enough units they can come close to any function.",
            "XOR": "XOR needs a bend, which no product of matrices has.",
        },
    ),
    Q(
        "07",
        "All test images are shifted by two pixels. What happens to a linear network's accuracy?",
        "it falls clearly",
        "Each weight belongs to one pixel, and after the shift other pixels arrive there.",
        {
            "it stays the same": "It would for a network that looks at shapes wherever they are.",
            "it rises": "Nothing in the shifted images fits the weights better.",
        },
    ),
    Q(
        "08",
        "A softmax layer is followed by a loss with from_logits=True. What does the loss compute?",
        "the softmax of a softmax",
        "The loss takes the probabilities for logits, and numbers from 0 to 1 differ too little.",
        {
            "the right loss": "It is right if the layer before gives logits.",
            "an error": "Shapes and types fit, so nothing complains.",
        },
    ),
    Q(
        "08",
        "With softmax applied twice over ten classes, how low can the cross-entropy get?",
        "to about 1.46",
        "The best inputs are one 1 and nine 0s: the loss is ln(1 + 9/e).",
        {
            "to 0": "It reaches 0 only if logits can grow without bound.",
            "to ln 10, about 2.30": "That is where it starts.",
        },
    ),
    Q(
        "08",
        "A notebook reports an accuracy of 78 % and a loss of 1.71. What is suspicious?",
        "a right answer costs far less than 1.71 nats",
        "Loss and accuracy must fit: the mean loss of a network that is right on 78 % is usually below 0.7.",
        {
            "nothing": "With ten classes a network that knows nothing has 2.30, so 1.71 is close to ignorance.",
            "the accuracy is too low for the loss": "With that loss one would expect fewer right answers, not more.",
        },
    ),
    Q(
        "08",
        "In Keras, net.fit(..., validation_data=...) reports val_accuracy. On which data may it be measured?",
        "on held-out training data",
        "One looks at it after each epoch and chooses by it; the test set stays closed.",
        {
            "on the test set": "Then the test set takes part in every choice.",
            "on the training data": "The training accuracy is reported already.",
        },
    ),
    Q(
        "08",
        "Softmax is applied twice by mistake. Why does training take so much longer?",
        "the second softmax shrinks the gradient",
        "Each softmax multiplies the gradient by p (1 − p) and similar factors, all of them below ¼.",
        {
            "each step computes twice as much": "The second softmax costs almost no time.",
            "the loss starts higher": "It starts at ln 10, as it does without the mistake.",
        },
    ),
)
