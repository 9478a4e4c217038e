"""The same robot, stepped faster: MuJoCo is told what cannot happen to it, and need not look for it at every step."""

from __future__ import annotations

import copy
from itertools import product
from typing import NamedTuple

import mujoco
import numpy as np

_MOST_PAIRS = 128  # each is looked at in every step: with Humanoid's 126 that still takes less time than the search

_Disable = mujoco.mjtDisableBit


def quick_model(spec: mujoco.MjSpec) -> mujoco.MjModel:
    """Return a compiled model whose steps are those of `spec.compile()` to the bit, where they take less time.

    The pairs of geoms that can touch are named, where they are few, so that MuJoCo need not search for them; a robot
    that can touch nothing gets no contacts at all. Constraints are not sorted into islands where there is a single tree
    of bodies, which is one island at most. Geoms keep their places in all arrays, those without a name get one, and
    `spec` stays as it is. Raises ValueError as `spec.compile()` does.
    """
    model = spec.compile()
    pairs = _possible_pairs(model)
    if pairs is not None:
        try:
            contacts = _contacts_of(model, pairs)
        except mujoco.FatalError:  # no memory for what is tried here, of which the robot itself may do nothing
            return model
        if not pairs:
            model.opt.disableflags |= _Disable.mjDSBL_CONTACT
        elif len(contacts) == len(pairs):
            model = _with_pairs(spec, contacts)
    if model.ntree <= 1:
        model.opt.disableflags |= _Disable.mjDSBL_ISLAND
    return model


def _possible_pairs(model: mujoco.MjModel) -> list[tuple[int, int]] | None:
    """Return the geoms that can touch; None where they are many, or naming them would not be the same."""
    if model.npair or model.nflex or np.any(model.geom_gap):  # a contact does not say what its gap is
        return None
    pairs: list[tuple[int, int]] = []
    for first in np.flatnonzero(model.geom_contype | model.geom_conaffinity):
        later = np.arange(first + 1, model.ngeom)
        pairs += [(int(first), int(second)) for second in later[_can_touch(model, int(first), later)]]
        if len(pairs) > _MOST_PAIRS:  # of thousands of geoms there are millions
            return None
    return pairs


def _can_touch(model: mujoco.MjModel, first: int, others: np.ndarray) -> np.ndarray:
    """Whether MuJoCo's filters let a geom touch others: bit masks, bodies that belong together, exclusions."""
    kinds, partners = model.geom_contype, model.geom_conaffinity
    agree = (kinds[first] & partners[others]) | (kinds[others] & partners[first]) != 0
    body, bodies = model.geom_bodyid[first], model.geom_bodyid[others]
    signatures = (np.minimum(body, bodies) << 16) + np.maximum(body, bodies)
    own, other = model.body_weldid[body], model.body_weldid[bodies]
    apart = agree & (own != other) & ~np.isin(signatures, model.exclude_signature)
    if model.opt.disableflags & _Disable.mjDSBL_FILTERPARENT:
        return apart
    parent, parents = model.body_weldid[model.body_parentid[own]], model.body_weldid[model.body_parentid[other]]
    return apart & ((own == 0) | (other == 0) | ((own != parents) & (other != parent)))


class _Contact(NamedTuple):
    """What a pair of geoms needs to touch as MuJoCo lets them touch without one."""

    geoms: tuple[int, int]
    condim: int
    margin: float
    friction: np.ndarray  # [5]
    solref: np.ndarray  # [2]
    solimp: np.ndarray  # [5]


def _contacts_of(model: mujoco.MjModel, pairs: list[tuple[int, int]]) -> list[_Contact]:
    """Return the contacts that MuJoCo makes of pairs of geoms, of those for which one is found.

    So their friction and softness are MuJoCo's, whatever rules it mixes those of the geoms by.
    """
    model, data = copy.copy(model), mujoco.MjData(model)
    model.opt.disableflags |= _Disable.mjDSBL_MIDPHASE  # it would look where the bodies are, not their geoms
    return [contact for pair in pairs if (contact := _contact_of(model, data, pair)) is not None]


def _contact_of(model: mujoco.MjModel, data: mujoco.MjData, pair: tuple[int, int]) -> _Contact | None:
    """Return the contact of two geoms where they overlap."""
    mujoco.mj_kinematics(model, data)
    place, size = data.geom_xpos[pair[1]].copy(), np.sum(model.geom_rbound[list(pair)])
    # From the middle outwards: some shapes have no contact where one is deep inside the other.
    for distance, direction in product(np.linspace(0, 1, 21), np.concatenate([np.eye(3), -np.eye(3)])):
        data.geom_xpos[pair[0]] = place + distance * size * direction
        mujoco.mj_collision(model, data)
        for contact in data.contact:
            first, second = (int(geom) for geom in contact.geom)
            if {first, second} == set(pair):
                softness = contact.friction.copy(), contact.solref.copy(), contact.solimp.copy()
                return _Contact((first, second), contact.dim, contact.includemargin, *softness)
    return None


def _with_pairs(spec: mujoco.MjSpec, contacts: list[_Contact]) -> mujoco.MjModel:
    """Compile with no contacts but these."""
    copied = spec.copy()
    geoms = {geom.id: twin for geom, twin in zip(spec.geoms, copied.geoms, strict=True)}
    longest = max(len(geom.name) for geom in copied.geoms)
    for index, geom in geoms.items():
        geom.contype = geom.conaffinity = 0
        geom.name = geom.name or f"geom {index}".ljust(longest + 1, "_")  # longer than all others: nobody else's
    # Within two bodies MuJoCo goes by these; contacts in another order would be rounded otherwise.
    for contact in sorted(contacts, key=lambda contact: contact.geoms):
        first, second = (geoms[geom].name for geom in contact.geoms)
        pair = copied.add_pair(geomname1=first, geomname2=second)
        pair.condim, pair.margin, pair.gap = contact.condim, contact.margin, 0.0
        pair.friction, pair.solref, pair.solimp = contact.friction, contact.solref, contact.solimp
    return copied.compile()
