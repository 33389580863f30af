"""FHIR R4 and mCODE: a bundle read into a person's record; GuidanceResponse and RiskAssessment written.

from tdm1 import person
from tdm1.interop import fhir

bundle = fhir.read_bundle(document)
fhir.guidance_response(person.check(bundle.record), subject="Patient/1", when=now)
"""

from tdm1.interop.fhir._bundle import is_bundle
from tdm1.interop.fhir._errors import FhirError
from tdm1.interop.fhir._read import read_bundle
from tdm1.interop.fhir._result import BundleRead, Ignored, Used
from tdm1.interop.fhir.guidance import guidance_response
from tdm1.interop.fhir.risk import risk_assessment

__all__ = [
    "BundleRead", "FhirError", "Ignored", "Used", "guidance_response", "is_bundle", "read_bundle", "risk_assessment",
]
