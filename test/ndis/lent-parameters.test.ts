import { describe, expect, it } from "vitest";
import { CO_CALL_MANAGER_PARAMETERS, CO_CALL_PARAMETERS, CO_MEDIA_PARAMETERS } from "../../src/ndis/index.ts";
import { LentParameters, originalOf } from "../../src/ndis/verifier/lent-parameters.ts";

function lent() {
  const parameters = CO_CALL_PARAMETERS({
    CallMgrParameters: CO_CALL_MANAGER_PARAMETERS(),
    MediaParameters: CO_MEDIA_PARAMETERS(),
  });
  const loan = LentParameters.lend(parameters);
  if (loan === null) throw new Error("not lent");
  let uses = 0;
  return { parameters, loan, recall: () => loan.recall(() => uses++), uses: () => uses };
}

describe("call parameters that are lent", () => {
  it("INC-10: the borrower's use after the loan is told, the lender's is not", () => {
    const { parameters, loan, recall, uses } = lent();
    recall();
    expect(parameters.CallMgrParameters?.Transmit.TokenRate).toBe(0);
    expect(uses()).toBe(0);
    expect(loan.view.Flags).toBe(0);
    expect(uses()).toBe(1);
  });

  it("a structure that the borrower makes of parts of its view is the lender's without views in it", () => {
    const { parameters, loan, recall, uses } = lent();
    const { view } = loan;
    if (view.MediaParameters === null) throw new Error("no media parameters");
    view.MediaParameters = { ...view.MediaParameters, Flags: 2 };
    const own = originalOf(CO_CALL_PARAMETERS({ CallMgrParameters: view.CallMgrParameters }));
    recall();
    expect(parameters.MediaParameters?.Flags).toBe(2);
    expect(parameters.MediaParameters?.MediaSpecific.Length).toBe(0);
    expect(own.CallMgrParameters?.Receive.TokenRate).toBe(0);
    expect(own.CallMgrParameters).toBe(parameters.CallMgrParameters);
    expect(uses()).toBe(0);
  });

  it("OUT-02: what the borrower deletes is not the lender's doing", () => {
    const { loan } = lent();
    Reflect.deleteProperty(loan.view, "CallMgrParameters");
    expect(loan.hasLenderWritten).toBe(false);
  });
});
