# R's part of ratings_reference.py: psych, vcd, lme4 and base R on the data sets of the file named on the command line.
suppressMessages({library(jsonlite); library(psych); library(vcd); library(lme4)})
data <- fromJSON(commandArgs(TRUE)[1], simplifyVector = FALSE)
matrix_of <- function(table) do.call(rbind, lapply(table, unlist))

ratings <- lapply(data$ratings, function(entry) {
  x <- matrix_of(entry$table)
  levels <- seq_len(entry$levels) - 1
  crossed <- table(factor(x[, 1], levels), factor(x[, 2], levels))
  ase <- function(weights) {
    k <- Kappa(crossed, weights = weights)
    list(linear_or_quadratic = unname(k$Weighted), unweighted = unname(k$Unweighted))
  }
  pairs <- combn(ncol(x), 2)
  kappas <- apply(pairs, 2, function(p) Kappa(table(factor(x[, p[1]], levels), factor(x[, p[2]], levels)))$Unweighted[1])
  # Conger's kappa straight from the margins.
  m <- ncol(x)
  counts <- t(apply(x, 1, function(row) table(factor(row, levels))))
  observed <- mean(rowSums(counts * (counts - 1)) / (m * (m - 1)))
  margins <- apply(x, 2, function(column) table(factor(column, levels)) / nrow(x))
  chance <- sum(rowMeans(margins)^2) - sum(apply(margins, 1, var)) / m
  equal <- ase("Equal-Spacing"); squared <- ase("Fleiss-Cohen")
  list(vcd = list(unweighted = equal$unweighted, linear = equal$linear_or_quadratic, quadratic = squared$linear_or_quadratic),
       light = mean(kappas), conger = (observed - chance) / (1 - chance))
})

measurements <- lapply(data$measurements, function(entry) {
  x <- matrix_of(entry$table)
  a <- x[, 1]; b <- x[, 2]; d <- b - a; n <- length(d)
  icc <- ICC(x, lmer = FALSE)$results
  t <- t.test(b, a, paired = TRUE)
  w <- suppressWarnings(wilcox.test(b, a, paired = TRUE))
  # Lin 1989 with variances over n, interval of Lin 2000.
  s11 <- mean((a - mean(a))^2); s22 <- mean((b - mean(b))^2); s12 <- mean((a - mean(a)) * (b - mean(b)))
  ccc <- 2 * s12 / (s11 + s22 + (mean(a) - mean(b))^2)
  r <- cor(a, b); u <- (mean(a) - mean(b)) / sqrt(sqrt(s11 * s22))
  v <- ((1 - r^2) * ccc^2 / ((1 - ccc^2) * r^2) + 2 * ccc^3 * (1 - ccc) * u^2 / (r * (1 - ccc^2)^2) -
          ccc^4 * u^4 / (2 * r^2 * (1 - ccc^2)^2)) / (n - 2)
  # Passing and Bablok 1983 by their own words.
  s <- c(); for (i in 1:(n - 1)) for (j in (i + 1):n) if (a[i] != a[j] || b[i] != b[j]) s <- c(s, (b[i] - b[j]) / (a[i] - a[j]))
  s <- sort(s[s != -1]); k <- sum(s < -1); N <- length(s)
  slope <- if (N %% 2) s[(N + 1) / 2 + k] else (s[N / 2 + k] + s[N / 2 + 1 + k]) / 2
  m1 <- round((N - qnorm(.975) * sqrt(n * (n - 1) * (2 * n + 5) / 18)) / 2)
  line <- lm(d ~ I((a + b) / 2))
  spread <- lm(abs(resid(line)) ~ I((a + b) / 2))
  deming <- function(a, b) {
    e <- eigen(cov(cbind(a, b)))$vectors[, 1]
    c(mean(b) - e[2] / e[1] * mean(a), e[2] / e[1])
  }
  whole <- deming(a, b)
  pseudo <- sapply(1:n, function(i) n * whole - (n - 1) * deming(a[-i], b[-i]))
  half <- qt(.975, n - 2) * apply(pseudo, 1, sd) / sqrt(n)
  long <- data.frame(case = factor(rep(1:n, ncol(x))), reader = factor(rep(1:ncol(x), each = n)), value = c(x))
  fit <- lmer(value ~ 1 + (1 | case) + (1 | reader), long, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
  parts <- as.data.frame(VarCorr(fit))
  list(icc = lapply(1:6, function(i) list(form = icc$type[i], estimate = icc$ICC[i], f = icc$F[i], df1 = icc$df1[i],
                                         df2 = icc$df2[i], p = icc$p[i], ci95 = c(icc$`lower bound`[i], icc$`upper bound`[i]))),
       t = list(t = unname(t$statistic), df = unname(t$parameter), p = t$p.value, ci95 = as.vector(t$conf.int)),
       wilcoxon = list(v = unname(w$statistic), p = w$p.value, exact = !grepl("correction", w$method)),
       lin = list(ccc = ccc, ci95 = tanh(atanh(ccc) + c(-1, 1) * qnorm(.975) * sqrt(v))),
       passingBablok = list(slope = slope, slopeCi95 = c(s[m1 + k], s[N - m1 + 1 + k]), intercept = median(b - slope * a)),
       deming = list(intercept = whole[1], slope = whole[2], half = half),
       regression = list(coef = unname(coef(line)), p = summary(line)$coefficients[2, 4], spread = unname(coef(spread)),
                         spreadP = summary(spread)$coefficients[2, 4]),
       components = setNames(as.list(parts$vcov), parts$grp), mean = unname(fixef(fit)))
})

rounds <- do.call(rbind, lapply(data$rounds, as.data.frame))
fit <- lmer(value ~ 1 + (1 | caseIndex) + (1 | reader) + (1 | caseIndex:reader), rounds,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
parts <- as.data.frame(VarCorr(fit))
within <- subset(rounds, reader == 0)
within <- within[within$caseIndex %in% names(which(table(within$caseIndex) > 1)), ]
repeated <- anova(lm(value ~ factor(caseIndex), within))
versions <- list(R = as.character(getRversion()), psych = as.character(packageVersion("psych")),
                 vcd = as.character(packageVersion("vcd")), lme4 = as.character(packageVersion("lme4")))
cat(toJSON(list(r = list(ratings = ratings, measurements = measurements,
                         rounds = list(components = setNames(as.list(parts$vcov), parts$grp), mean = unname(fixef(fit)),
                                       withinVariance = repeated$`Mean Sq`[2], df = repeated$Df[2])), versions = versions),
           auto_unbox = TRUE, digits = NA))
