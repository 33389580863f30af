# Runs benchmark.cpp for all patients: 14 cycles of 21 days, states every week. Called by peers/mrgsolve/__init__.py:
#   Rscript run.R FOLDER PATIENTS.csv STATES.csv TOLERANCE PROCESSES DOSE FIRST_INFUSION_DAY INFUSION_DAY CYCLES
suppressMessages(library(mrgsolve))
given <- commandArgs(TRUE)
number <- as.numeric(given[4:9])
tolerance <- number[1]; processes <- number[2]; dose <- number[3]; cycles <- number[6]
patients <- read.csv(given[2])
model <- mread("benchmark", given[1], quiet = TRUE)
model <- update(model, rtol = tolerance, atol = tolerance * 1e-2, maxsteps = 200000)
# The same infusion goes into the conjugate (A1) and into total antibody (T1).
into <- function(state) {
  ev(amt = dose, rate = dose / number[4], cmt = state, time = 0) +
    ev(amt = dose, rate = dose / number[5], cmt = state, time = 21, ii = 21, addl = cycles - 2)
}
doses <- into("A1") + into("T1")
once <- function() {
  parts <- split(seq_len(nrow(patients)), rep(seq_len(processes), length.out = nrow(patients)))
  runs <- parallel::mclapply(parts, mc.cores = processes, function(rows) {
    mrgsim_ei(model, doses, patients[rows, ], end = 21 * cycles, delta = 7, obsonly = TRUE, output = "df", recsort = 3)
  })
  do.call(rbind, runs)
}
seconds <- Inf
for (turn in 1:3) {
  started <- proc.time()[3]
  states <- once()
  seconds <- min(seconds, proc.time()[3] - started)
}
write.csv(states[order(states$ID, states$time), ], given[3], row.names = FALSE)
cat("seconds", seconds, "\n")
