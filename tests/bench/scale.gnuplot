# Draws what `parley-bench --scale` measured. It comes with the output set and with two blocks of data:
#   $rows    users, resident MB, p50 and p99 of a pair alone, beside idle users, beside chat (us), CPU us of both
#   $visits  round, resident MB held, after they left
set terminal svg size 1000,720 font "sans-serif,13" background "white"
set multiplot layout 2,2 margins 0.06,0.97,0.09,0.94 spacing 0.09,0.17
set grid ytics lc rgb "#dddddd"
set border 3 lc rgb "#666666"
set tics nomirror
set key top left Left reverse noautotitle
set yrange [0:*]
set offsets 0, 0, graph 0.35, 0  # the key stands above the lines
array colour[4] = ["#1b6ca8", "#c0392b", "#7f8c8d", "#e08e0b"]

set title "Resident memory, MB"
set xlabel "users held"
set xrange [0:*]
set xtics 2500
plot $rows using 1:2 with linespoints pt 7 lc rgb colour[1] title "parleyd", \
     $rows using 1:($1 * 40 / 1024) with lines dt 2 lc rgb colour[3] title "40 KB a user"

set title "One pair's time from SEND to SENT, us"
set xrange [*:*]
set xtics auto
set logscale x
set key bottom
plot $rows using 1:4 with linespoints pt 6 dt 2 lc rgb colour[3] title "p99, nobody else there", \
     $rows using 1:6 with linespoints pt 7 lc rgb colour[2] title "p99, the others idle", \
     $rows using 1:8 with linespoints pt 5 lc rgb colour[4] title "p99, 1 % chat", \
     $rows using 1:5 with linespoints pt 7 lc rgb colour[1] title "p50, the others idle"
set key top

set title "Server CPU for each message, us"
plot $rows using 1:9 with linespoints pt 7 lc rgb colour[1] title "the others idle", \
     $rows using 1:10 with linespoints pt 5 lc rgb colour[4] title "1 % chat"
unset logscale x

set title "Users come and go: resident memory, MB"
set xlabel "round"
set xtics 1
if (|$visits| > 0) {
  plot $visits using 1:2 with linespoints pt 7 lc rgb colour[1] title "held", \
       $visits using 1:3 with linespoints pt 6 lc rgb colour[2] title "after they left"
}
unset multiplot
