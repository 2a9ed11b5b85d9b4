#!/bin/sh
# Makes every comparison with other programs anew; the results are committed, with versions. Debian 12:
#   apt-get install python3-scipy python3-sklearn python3-statsmodels r-base-core r-recommended r-cran-psych r-cran-vcd \
#     r-cran-lme4 r-cran-jsonlite plastimatch libinsighttoolkit5-dev g++
# usage: regenerate.sh [DATA]      DATA: the folder of real label maps; without it only phantoms are compared.
set -e
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
make_anew() {
  "$python" "$1_reference.py" ${2:+"$2" "$3"} > "$1_reference.json.new"
  mv "$1_reference.json.new" "$1_reference.json"
  echo "$1: done"
}
make_anew ratings
make_anew surface ${1:+--data "$1"}
make_anew plastimatch ${1:+--data "$1"}
make_anew staple ${1:+--data "$1"}
# The tables of the example study, as R reads them.
tables=$(mktemp -d)
"${NODE:-../../node_modules/.bin/node}" tables_example.ts "$tables"
Rscript tables_reference.R "$tables" > tables_reference.json.new
mv tables_reference.json.new tables_reference.json
rm -r "$tables"
echo "tables: done"
(cd ../.. && npx prettier --write test/oracles/*_reference.json)
