# The tables of `concord agreement --csv` read as they are: psych on the wide ones, lme4 on the long one, iMRMC's columns.
# usage: Rscript tables_reference.R FOLDER    prints one JSON object.
suppressMessages({library(jsonlite); library(psych); library(lme4)})
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), check.names = FALSE)
forms <- c(ICC1 = "icc1", ICC2 = "icc2", ICC3 = "icc3", ICC1k = "icc1k", ICC2k = "icc2k", ICC3k = "icc3k")

wide <- lapply(list.files(folder, "^volumes_wide_.*\\.csv$"), function(name) {
  table <- read(name)
  complete <- table[complete.cases(table), -1]
  if (nrow(complete) < 2 || ncol(complete) < 2) return(list(file = name, cases = nrow(complete), icc = NULL))
  results <- suppressWarnings(suppressMessages(ICC(as.matrix(complete), lmer = FALSE)$results))
  list(file = name, cases = nrow(complete), readers = names(complete),
       icc = setNames(as.list(results$ICC), forms[results$type]))
})

reads <- read("reads.csv")
components <- lapply(split(reads, reads$structure_label), function(own) {
  own$case <- factor(own$case); own$reader <- factor(own$reader)
  fit <- suppressMessages(suppressWarnings(lmer(volume_ml ~ 1 + (1 | case) + (1 | reader) + (1 | case:reader), own, REML = TRUE,
    control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))))
  v <- as.data.frame(VarCorr(fit))
  of <- function(group) v$vcov[v$grp == group]
  list(structure_label = own$structure_label[1], n = nrow(own), case = of("case"), reader = of("reader"),
       case_reader = of("case:reader"), residual = of("Residual"), mean = unname(fixef(fit)))
})

# iMRMC takes data frames of exactly these columns; one row a read, no score missing.
imrmc <- lapply(list.files(folder, "^imrmc_.*\\.csv$"), function(name) {
  table <- read(name)
  list(file = name, columns = names(table), rows = nrow(table), numeric = is.numeric(table$score), missing = sum(is.na(table$score)))
})

dictionary <- read("dictionary.csv")
cat(toJSON(list(
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), psych = as.character(packageVersion("psych")),
                  lme4 = as.character(packageVersion("lme4"))),
  wide = wide, components = unname(components), imrmc = imrmc,
  dictionary = list(rows = nrow(dictionary), columns = names(dictionary))), auto_unbox = TRUE, digits = NA, null = "null"))
