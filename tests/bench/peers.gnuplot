# Draws what `parley-bench --peers` measured. It comes with the output set, with the number of the last column, and
# with blocks of data for the tables that were measured: a row for each load, a column for each system, 0 for what
# cannot be.
set terminal svg size 1000,1100 font "sans-serif,13" background "white"
set multiplot
set style data histograms
set style histogram clustered gap 1.5
set style fill solid border rgb "#ffffff"
set grid ytics lc rgb "#dddddd"
set border 3 lc rgb "#666666"
set tics nomirror
set xtics scale 0
set yrange [0:*]
array colour[6] = ["#95a5a6", "#1b6ca8", "#c0392b", "#e08e0b", "#7d5ba6", "#3a8f5c"]
set lmargin 9

set size 1.0,0.32
set origin 0.0,0.63
set title "Pairs: acknowledged messages/s"
set key at screen 0.6,0.99 center top horizontal Left reverse noautotitle
set xrange [-0.6:8.6]
if (exists("$pairs_rate")) plot for [i=2:last_column] $pairs_rate using i:xtic(1) lc rgb colour[i-1] title columnheader(i)
set key off
set size 1.0,0.32
set origin 0.0,0.315
set title "Pairs: server CPU for each message, us"
if (exists("$pairs_cpu")) plot for [i=2:last_column] $pairs_cpu using i:xtic(1) lc rgb colour[i-1] title columnheader(i)

set size 0.55,0.32
set origin 0.0,0.0
set title "Broadcast: acknowledged deliveries/s"
set xrange [-0.6:2.6]
if (exists("$broadcast_rate")) plot for [i=2:last_column] $broadcast_rate using i:xtic(1) lc rgb colour[i-1] title columnheader(i)
set size 0.45,0.32
set origin 0.55,0.0
set title "Many to one: acknowledged messages/s"
set xrange [-0.6:1.6]
if (exists("$many_to_one_rate")) plot for [i=2:last_column] $many_to_one_rate using i:xtic(1) lc rgb colour[i-1] title columnheader(i)
unset multiplot
