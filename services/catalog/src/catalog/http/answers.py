"""Domain objects as answers for owners, creators, hosts and operators."""

from __future__ import annotations

from typing import Any

from catalog.application.histories import Edited
from catalog.application.products import OwnProduct
from catalog.application.reviews import Reviewed, decision_by
from catalog.domain.content import Content
from catalog.domain.version import TextVerdict, Version, version_id
from catalog.domain.version_history import VersionHistory
from contracts.api.mini_programs import (
    CategoryRequest,
    CreatorTerms,
    Layout,
    MiniProgramDraft,
    MiniProgramView,
    Section,
    Terms,
)
from contracts.api.owners import Flag, ReasonView
from contracts.api.products import OwnSku, ProductTerms, ProductView
from contracts.api.versions import HostReviewView, ReviewView, TextCheckView, VersionView
from contracts.money import cny


def mini_program_draft(content: Content) -> MiniProgramDraft:
    """A draft, or a version's content."""
    return MiniProgramDraft(
        name=content.name,
        name_en=content.name_en,
        aliases=list(content.aliases),
        slogan=content.slogan,
        slogan_en=content.slogan_en,
        category=content.category,
        logo_url=content.logo_url or None,
        banner_url=content.banner_url or None,
        categories=[
            CategoryRequest(category_id=c.category_id, name=c.name, name_en=c.name_en)
            for c in content.categories
        ],
        layout=Layout(
            sections=[
                Section(
                    kind=section.kind,
                    title=section.title,
                    title_en=section.title_en,
                    category_id=section.category_id,
                    product_ids=list(section.product_ids),
                )
                for section in content.sections
            ]
        ),
        theme_colour=content.theme_colour or None,
        requested_hosts=list(content.requested_hosts),
        terms=CreatorTerms(creator_bp=content.creator_bp),
    )


def mini_program_view(edited: Edited) -> MiniProgramView:
    """A mini program as its owner sees it: the draft, and what others decide."""
    program, history = edited.program, edited.history
    details, draft = program.details, mini_program_draft(history.draft)
    return MiniProgramView(
        **{name: getattr(draft, name) for name in MiniProgramDraft.model_fields if name != "terms"},
        terms=Terms(platform_bp=details.platform_bp, creator_bp=history.draft.creator_bp),
        mini_program_id=program.mini_program_id,
        owner_id=details.owner_id,
        owner_name=details.owner_name,
        owner_name_en=details.owner_name_en,
        owner_kind=details.owner_kind,
        hosts=list(history.hosts),
        state=program.state,
        reason=program.reason,
        live_version=history.live,
        exposure_priority=details.exposure_priority,
        sponsored=details.sponsored,
        merchant=details.merchant,
        version=edited.version,
    )


def version_view(history: VersionHistory, version: Version) -> VersionView:
    """A version as its owner sees it."""
    return VersionView(**_version(history, version))


def review_view(reviewed: Reviewed) -> ReviewView:
    """A version as the reviewer sees it."""
    details = reviewed.edited.program.details
    return ReviewView(
        **_version(reviewed.edited.history, reviewed.version),
        owner_id=details.owner_id,
        owner_name=details.owner_name,
        flags=[Flag(field=likeness.field, message=likeness.message) for likeness in reviewed.flags],
        text_check=_text_check(reviewed.version.check),
    )


def _text_check(check: TextVerdict | None) -> TextCheckView | None:
    if check is None:
        return None
    findings = [Flag(field=field, message=message) for field, message in check.findings]
    return TextCheckView(status=check.status, model=check.model, at=check.at, findings=findings)


def _version(history: VersionHistory, version: Version) -> dict[str, Any]:
    return {
        "version_id": version_id(history.mini_program_id, version.number),
        "mini_program_id": history.mini_program_id,
        "number": version.number,
        "status": version.status,
        "note": version.note,
        "submitted_at": version.submitted_at,
        "decided_at": version.decided_at,
        "released_at": version.released_at,
        "reasons": [ReasonView(field=reason.field, message=reason.message) for reason in version.reasons],
        "content": mini_program_draft(version.content) if version.content is not None else None,
    }


def host_review_view(
    history: VersionHistory, version: Version, content: Content, host_id: str
) -> HostReviewView:
    """A mini program that requests the host, with the version to decide on."""
    decision = history.decision_of(host_id)
    return HostReviewView(
        mini_program_id=history.mini_program_id,
        name=content.name,
        name_en=content.name_en,
        owner_id=history.owner_id,
        slogan=content.slogan,
        category=content.category,
        logo_url=content.logo_url,
        version_id=version_id(history.mini_program_id, version.number),
        status=decision_by(history, host_id),
        reason=decision.reason if decision is not None else "",
    )


def product_view(own: OwnProduct) -> ProductView:
    """A product as its owner sees it."""
    product, details, terms = own.product, own.product.details, own.product.details.own_terms
    return ProductView(
        product_id=product.product_id,
        mini_program_id=product.mini_program_id,
        title=details.title,
        title_en=details.title_en,
        description=details.description,
        brand=details.brand,
        brand_en=details.brand_en,
        model=details.model,
        category_id=details.category_id,
        attributes=dict(details.attributes),
        attributes_en=dict(details.attributes_en),
        images=list(details.images),
        skus=[
            OwnSku(
                sku_id=sku.sku_id,
                attributes=dict(sku.attributes),
                attributes_en=dict(sku.attributes_en),
                price=cny(sku.price),
                available=own.available.get(sku.sku_id),
                low_at=sku.low_at,
            )
            for sku in details.skus
        ],
        share_allowed=details.share_allowed,
        terms=ProductTerms(platform_bp=terms[0], creator_bp=terms[1]) if terms else None,
        listed=product.listed,
        sales=product.sales,
        rating=product.rating,
        rating_count=product.popularity.reviews,
        version=product.edition,
    )
