# Prints, for each signal of EDF and BDF files, what an independent and plain
# reading gives: python3 truth.py FILE... > truth.txt
import hashlib, os, struct, sys
for path in sys.argv[1:]:
    b = open(path, 'rb').read()
    bdf = b[0] == 255
    ns, nrec = int(b[252:256]), int(b[236:244])
    o, col = 256, []
    for width in (16, 80, 8, 8, 8, 8, 8, 80, 8, 32):
        col.append([b[o + i * width:o + (i + 1) * width].decode('latin1').strip() for i in range(ns)])
        o += width * ns
    size = 3 if bdf else 2
    out = [bytearray() for _ in range(ns)]
    for _ in range(nrec):
        for i in range(ns):
            n = int(col[8][i])
            for k in range(n):
                v = int.from_bytes(b[o:o + size], 'little', signed=True)
                out[i] += struct.pack('<i', v)
                o += size
    for i in range(ns):
        if col[0][i].endswith('Annotations'):
            continue
        v = struct.unpack('<%di' % (len(out[i]) // 4), out[i])
        pmin, pmax, dmin, dmax = (float(col[c][i]) for c in (3, 4, 5, 6))
        p = [(x - dmin) * (pmax - pmin) / (dmax - dmin) + pmin for x in (v[0], v[len(v) // 2], min(v), max(v))]
        print(os.path.basename(path), i, col[0][i].replace(' ', '_'), len(v), hashlib.sha256(out[i]).hexdigest()[:16], *('%.9g' % x for x in p))
