"""A convolution with its pooling, compiled for its sizes, with vector instructions written out.

LLVM's own vectoriser keeps all weights of a filter as vectors on the stack, which takes half as long again. Here so
many sums stay in registers that each weight, once it has been read, serves several of them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from hebbax.compiling.compiler import kernel
from hebbax.kernels.layout import STEP_AT, STEP_CONNECTION, STEP_ROOM, STEP_SOURCE, WEIGHTS_AT, of_connection, of_step
from hebbax.kernels.regions import read_room, read_unit, write_room, write_unit
from hebbax.kernels.room import Room

_FLOAT, _PLACE = ir.FloatType(), ir.IntType(64)


@cache
def convolution(room: Room) -> Any:
    """Return the step of a pass (`forward.py`) that convolves an image and pools the result."""
    deal, compute, pool = _deal(room), _compute(room), _pool(room)
    rows, block, pitch = room.rows, room.block, room.pitch

    @kernel
    def convolve(layout, weights, carry, scales_at, units_at, step):
        weights_at = of_connection(layout, of_step(layout, step, STEP_CONNECTION), WEIGHTS_AT)
        room_at = of_step(layout, step, STEP_ROOM)
        deal(carry, units_at + of_step(layout, step, STEP_SOURCE), room_at)
        first = 0
        while first < rows:
            count = min(block, rows - first)
            compute(carry, room_at, room_at + first * pitch, count * pitch, weights, weights_at)
            pool(carry, room_at, units_at + of_step(layout, step, STEP_AT), first, count)
            first += count

    return convolve


def _deal(room: Room) -> Any:
    """Return `deal(carry, source_at, room_at)`, which deals the image out to its phases."""
    colours, height, width, stride = room.colours, room.height, room.width, room.stride
    pitch, plane = room.pitch, room.plane
    along = colours if room.colours_last else 1  # from a pixel to the next
    down, apart = along * width, 1 if room.colours_last else height * width

    @kernel
    def deal(carry, source_at, room_at):
        for c in range(colours):
            for y in range(height):
                row_at = source_at + c * apart + y * down
                for px in range(stride):
                    phase = (c * stride + y % stride) * stride + px
                    to_at = room_at + phase * plane + (y // stride) * pitch
                    for x in range((width - px + stride - 1) // stride):
                        write_room(carry, to_at + x, read_unit(carry, row_at + (x * stride + px) * along))

    return deal


def _compute(room: Room) -> Any:
    """Return `compute(carry, room_at, image_at, count, weights, weights_at)`: so many pixels of all channels."""
    channels, span, tile, rows_at = room.channels, room.span, room.tile, room.rows_at
    groups = -(-channels // room.vectors.channels)
    of_group = -(-channels // groups)
    compute_tile = tile_of(room, of_group)

    @kernel
    def compute(carry, room_at, image_at, count, weights, weights_at):
        to_at = room_at + rows_at
        for group in range(groups):
            # The last group may compute channels again that were in the one before.
            channel = min(group * of_group, channels - of_group)
            at = 0
            while at < count:
                compute_tile(carry, image_at + at, weights, weights_at + channel, carry, to_at + channel * span + at)
                at += tile

    return compute


@cache
def tile_of(room: Room, channels: int) -> Any:
    """Return `tile(image, image_at, weights, weights_at, out, out_at)`, of so many channels from a certain one on.

    It sets out[channel, pixel] to the sum over colours and taps, in this order, of weight times image, for as many
    pixels as a tile has.
    """
    lanes, of_row = room.vectors.lanes, room.vectors.of_row
    taps, colours, colour, of_weights, span = room.taps, room.colours, room.colour, room.channels, room.span

    @intrinsic
    def tile(typing_context: Any, image: Any, image_at: Any, weights: Any, weights_at: Any, out: Any, out_at: Any):
        """See above."""

        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pixels, kernels, result = (
                context.make_array(signature.args[k])(context, builder, arguments[k]).data for k in (0, 2, 4)
            )
            pixels_at, kernels_at, result_at = (arguments[k] for k in (1, 3, 5))
            vector = ir.VectorType(_FLOAT, lanes)
            sums = [[cgutils.alloca_once(builder, vector) for _ in range(of_row)] for _ in range(channels)]
            for of_channel in sums:
                for one in of_channel:
                    builder.store(ir.Constant(vector, [0.0] * lanes), one)
            with cgutils.for_range(builder, ir.Constant(_PLACE, colours)) as loop:
                here = builder.add(pixels_at, builder.mul(loop.index, ir.Constant(_PLACE, colour)))
                row = builder.add(kernels_at, builder.mul(loop.index, ir.Constant(_PLACE, len(taps) * of_weights)))
                for tap, offset in enumerate(taps):
                    read = [_load(builder, pixels, here, offset + k * lanes, vector) for k in range(of_row)]
                    for channel in range(channels):
                        at = builder.add(row, ir.Constant(_PLACE, tap * of_weights + channel))
                        weight = _spread(builder, builder.load(builder.gep(kernels, [at])), vector)
                        for k in range(of_row):
                            one = sums[channel][k]
                            builder.store(_multiply_add(builder, weight, read[k], builder.load(one)), one)
            for channel in range(channels):
                for k in range(of_row):
                    place = _place(builder, result, result_at, channel * span + k * lanes, vector)
                    builder.store(builder.load(sums[channel][k]), place, align=4)
            return context.get_dummy_value()

        places = types.intp
        return types.void(image, places, weights, places, out, places), code

    return tile


def _place(builder: Any, data: Any, at: Any, offset: int, vector: Any) -> Any:
    pointer = builder.gep(data, [builder.add(at, ir.Constant(_PLACE, offset))])
    return builder.bitcast(pointer, vector.as_pointer())


def _load(builder: Any, data: Any, at: Any, offset: int, vector: Any) -> Any:
    return builder.load(_place(builder, data, at, offset, vector), align=4)


def _spread(builder: Any, number: Any, vector: Any) -> Any:
    """Return a vector of which every number is the same."""
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    everywhere = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), everywhere)


def _multiply_add(builder: Any, one: Any, other: Any, total: Any) -> Any:
    """Return one * other + total, rounded once where the machine can."""
    name = f"llvm.fmuladd.v{one.type.count}f32"
    function = builder.module.globals.get(name)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(one.type, [one.type] * 3), name)
    return builder.call(function, [one, other, total])


def _pool(room: Room) -> Any:
    """Return `pool(carry, room_at, target_at, first, count)`: the largest of each square of so many computed rows."""
    channels, span, pitch, pool, rows_at = room.channels, room.span, room.pitch, room.pool, room.rows_at
    height, width = room.rows // pool, room.columns // pool

    @kernel
    def pool_rows(carry, room_at, target_at, first, count):
        for channel in range(channels):
            for row in range(count // pool):
                to_at = target_at + (channel * height + first // pool + row) * width
                from_at = room_at + rows_at + channel * span + row * pool * pitch
                for x in range(width):
                    most = read_room(carry, from_at + x * pool)
                    for j in range(pool):
                        for i in range(pool):
                            one = read_room(carry, from_at + j * pitch + x * pool + i)
                            most = larger_or_nan(most, one)  # pyright: ignore[reportCallIssue]
                    write_unit(carry, to_at + x, most)

    return pool_rows


@intrinsic
def larger_or_nan(typing_context: Any, one: Any, other: Any) -> Any:
    """Return the larger of two float32, NaN where one of them is NaN."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = builder.module.globals.get("llvm.maximum.f32")
        if function is None:
            function = ir.Function(builder.module, ir.FunctionType(_FLOAT, [_FLOAT] * 2), "llvm.maximum.f32")
        return builder.call(function, arguments)

    return types.float32(types.float32, types.float32), code
