"""The system under evaluation, in process: router → Sena → persona prompt."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial

from evalharness.core.case import Case, Context, Persona
from evalharness.core.errors import BadInput
from evalharness.core.experiment import ContextMode, GatewaySettings, SenaSettings
from evalharness.core.ports import Compressor, Router
from evalharness.core.sena import Budget, Compressed, Dropped, TokenBudget, sena_rules
from evalharness.core.tokens import approximate_tokens
from evalharness.core.wire.request import Message, ModelRequest
from evalharness.gateway.prompting import PersonaPrompts
from evalharness.gateway.router import ROUTERS
from evalharness.gateway.sena import COMPRESSORS
from evalharness.gateway.sena.by_model import MODEL_METHODS, ModelCompression, Sent
from evalharness.gateway.sena.remembering import RememberingCompressor

DAMAGE_BUDGET = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the gateway makes of a case in one context mode, before a model is chosen."""

    system: str
    user: str
    persona: Persona
    route_reason: str
    prompt_tokens: int
    context_tokens: int
    raw_context_tokens: int
    dropped: tuple[Dropped, ...]
    overrun_tokens: int
    """Tokens by which protected content exceeds the budget."""


class Gateway:
    """Prepares requests; the arms share everything but model and context."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        sena: SenaSettings,
        prompts: PersonaPrompts,
        remembered: MutableMapping[str, Compressed] | None = None,
        router: Router | None = None,
    ) -> None:
        """Choose router and compressors.

        Args:
            settings: Router and request settings.
            sena: How contexts are compressed.
            prompts: The persona and request templates.
            remembered: Compressions made before, by content; None to compress whatever is asked.
            router: One that is loaded already; None to load the one that the settings name.

        Raises:
            BadInput: If the experiment names one that does not exist.
        """
        if settings.router not in ROUTERS:
            raise BadInput(f"unknown router {settings.router!r}; known: {', '.join(ROUTERS)}")
        if sena.method not in (*COMPRESSORS, *MODEL_METHODS):
            known = ", ".join((*COMPRESSORS, *MODEL_METHODS))
            raise BadInput(f"unknown sena method {sena.method!r}; known: {known}")
        self._settings = settings
        self._sena = sena
        self._prompts = prompts
        self._remembered = remembered
        self._router: Router = router or ROUTERS[settings.router]()
        self._measured: dict[str, tuple[int, int]] = {}
        self._routes: dict[str, tuple[Persona, str]] = {}
        by_model = sena.method in MODEL_METHODS
        rules = sena_rules(sena.protect, min_tokens=sena.min_tokens)
        self._by_model = ModelCompression(sena, prompts) if by_model else None
        compressors: dict[ContextMode, Compressor] = {
            ContextMode.SENA: COMPRESSORS["none" if by_model else sena.method](rules),
            ContextMode.DAMAGED: COMPRESSORS["damage"](),
        }
        self._compressors: Mapping[ContextMode, Compressor] = compressors
        if remembered is not None:
            self._compressors = {
                mode: RememberingCompressor(compressor, remembered, settings=repr(sena))
                for mode, compressor in compressors.items()
            }

    def with_sena(self, sena: SenaSettings) -> Gateway:
        """Return this gateway with another compression; all else is shared."""
        return Gateway(
            settings=self._settings,
            sena=sena,
            prompts=self._prompts,
            remembered=self._remembered,
            router=self._router,
        )

    def compression(self, case: Case, mode: ContextMode, *, seed: int | None) -> ModelRequest | None:
        """Return the compressor's call that a case needs in a context mode; None if it needs none."""
        if self._by_model is None or mode is not ContextMode.SENA:
            return None
        persona, _ = self._route(case)
        return self._by_model.request(case, seed=seed) if self._by_model.wanted(case, persona) else None

    def prepare(self, case: Case, mode: ContextMode, *, reply: str | None = None) -> Prepared:
        """Route, compress and render one case.

        The persona depends on the mentee's own message alone, so that all arms share it.

        Args:
            case: The case.
            mode: What happens to the context.
            reply: What the model-based compressor replied, where one was asked.

        Raises:
            EmptyMessage: There is nothing to route or to answer; the case is named.
            MessageTooLong: There is more than a message may have; the case is named.
        """
        persona, reason = self._route(case)
        context, dropped, overrun_tokens = self._shortened(case, mode)
        sent = Sent(context=context, message=case.message)
        if reply is not None and self._by_model is not None:
            sent = self._by_model.apply(case, reply)
        prompt = self._prompts.render(
            persona=persona, language=case.language, context=sent.context, message=sent.message
        )
        raw, around = self._uncompressed(case)
        return Prepared(
            system=prompt.system,
            user=prompt.user,
            persona=persona,
            route_reason=reason,
            prompt_tokens=approximate_tokens(prompt.system) + approximate_tokens(prompt.user),
            context_tokens=approximate_tokens(prompt.user) - around,
            raw_context_tokens=raw - around,
            dropped=dropped,
            overrun_tokens=overrun_tokens,
        )

    def _shortened(self, case: Case, mode: ContextMode) -> tuple[Context, tuple[Dropped, ...], int]:
        if mode is ContextMode.RAW:
            return case.context, (), 0
        compressed = self._compressors[mode].compress(
            case.context, message=case.message, budget=self._budget(mode)
        )
        return compressed.context, compressed.dropped, compressed.overrun_tokens

    def _route(self, case: Case) -> tuple[Persona, str]:
        if case.message not in self._routes:
            try:
                route = self._router.choose(case.message)
            except BadInput as error:
                raise type(error)(f"case {case.id}: {error.message}") from None
            self._routes[case.message] = (route.persona, route.reason)
        return self._routes[case.message]

    def _uncompressed(self, case: Case) -> tuple[int, int]:
        """Return the tokens of a case's user text with its whole context, and with none of it."""
        if case.id not in self._measured:
            show = partial(self._prompts.request, case.language, message=case.message)
            self._measured[case.id] = (
                approximate_tokens(show(context=case.context)),
                approximate_tokens(show(context=Context())),
            )
        return self._measured[case.id]

    def request(
        self, prepared: Prepared, *, model: str, seed: int | None, thinking_level: str | None = None
    ) -> ModelRequest:
        """Return the model call that a prepared case makes in an arm.

        Args:
            prepared: The case in the arm's context mode.
            model: The arm's model.
            seed: Generation seed of the draw; None for clients that carry none.
            thinking_level: Replaces the gateway's own; None for that.
        """
        return ModelRequest(
            model=model,
            system=prepared.system,
            messages=(Message(role="user", text=prepared.user),),
            max_output_tokens=self._settings.max_output_tokens,
            seed=seed,
            thinking_level=thinking_level or self._settings.thinking_level,
        )

    def _budget(self, mode: ContextMode) -> Budget:
        if mode is not ContextMode.SENA:
            return DAMAGE_BUDGET if mode is ContextMode.DAMAGED else 1.0
        tokens = self._sena.budget_tokens
        return self._sena.budget if tokens is None else TokenBudget(tokens=tokens)
