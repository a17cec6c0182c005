#include "textflag.h"

#define TERM(at, sum) \
	VBROADCASTSS at, Y9; \
	VMULPS Y8, Y9, Y9; \
	VADDPS Y9, sum, sum

// func addTile(c, a, b *float32, wide, ofRow, ofInner, inner int)
TEXT ·addTile(SB), NOSPLIT, $0-56
	MOVQ c+0(FP), DX
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DI
	MOVQ wide+24(FP), R10
	MOVQ ofRow+32(FP), R8
	MOVQ ofInner+40(FP), R9
	MOVQ inner+48(FP), CX
	LEAQ (R8)(R8*2), R11  // 3 rows
	LEAQ (R8)(R8*4), R12  // 5 rows
	LEAQ (R11)(R8*4), R13 // 7 rows

	MOVQ    DX, BX
	VMOVUPS (BX), Y0
	ADDQ    R10, BX
	VMOVUPS (BX), Y1
	ADDQ    R10, BX
	VMOVUPS (BX), Y2
	ADDQ    R10, BX
	VMOVUPS (BX), Y3
	ADDQ    R10, BX
	VMOVUPS (BX), Y4
	ADDQ    R10, BX
	VMOVUPS (BX), Y5
	ADDQ    R10, BX
	VMOVUPS (BX), Y6
	ADDQ    R10, BX
	VMOVUPS (BX), Y7

	// Products and sums are rounded one after the other, not fused.
term:
	VMOVUPS (DI), Y8
	TERM((SI), Y0)
	TERM((SI)(R8*1), Y1)
	TERM((SI)(R8*2), Y2)
	TERM((SI)(R11*1), Y3)
	TERM((SI)(R8*4), Y4)
	TERM((SI)(R12*1), Y5)
	TERM((SI)(R11*2), Y6)
	TERM((SI)(R13*1), Y7)
	ADDQ R9, SI
	ADDQ R10, DI
	DECQ CX
	JNZ  term

	VMOVUPS Y0, (DX)
	ADDQ    R10, DX
	VMOVUPS Y1, (DX)
	ADDQ    R10, DX
	VMOVUPS Y2, (DX)
	ADDQ    R10, DX
	VMOVUPS Y3, (DX)
	ADDQ    R10, DX
	VMOVUPS Y4, (DX)
	ADDQ    R10, DX
	VMOVUPS Y5, (DX)
	ADDQ    R10, DX
	VMOVUPS Y6, (DX)
	ADDQ    R10, DX
	VMOVUPS Y7, (DX)
	VZEROUPPER
	RET

// func hasAVX2() bool
TEXT ·hasAVX2(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	MOVL $0, AX
	CPUID
	CMPL AX, $7
	JLT  no
	MOVL $1, AX
	MOVL $0, CX
	CPUID
	ANDL $0x18000000, CX // AVX, and the system saves registers
	CMPL CX, $0x18000000
	JNE  no
	MOVL $0, CX
	XGETBV
	ANDL $6, AX // the lower and the upper halves of the registers
	CMPL AX, $6
	JNE  no
	MOVL $7, AX
	MOVL $0, CX
	CPUID
	ANDL $0x20, BX // AVX2
	JZ   no
	MOVB $1, ret+0(FP)

no:
	RET
