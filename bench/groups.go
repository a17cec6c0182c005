package bench

import "strings"

// Groups are the usual groups of records of the MIT-BIH Arrhythmia Database (P. de
// Chazal, M. O'Dwyer and R. B. Reilly, IEEE Trans. Biomed. Eng. 51:1196-1206,
// 2004): ds1 teaches, ds2 measures, the paced ones are in neither.
var Groups = map[string][]string{
	"ds1":   strings.Fields("101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230"),
	"ds2":   strings.Fields("100 103 105 111 113 117 121 123 200 202 210 212 213 214 219 221 222 228 231 232 233 234"),
	"paced": strings.Fields("102 104 107 217"),
}
