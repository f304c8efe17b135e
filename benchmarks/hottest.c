/* The rule `soe_decides` (simulator/rules/soe.py: E28-E30, E34) by hand, for all enterprises in business.
 *
 * The structs soe, city, policy and par are declared in records.h, which hottest.py writes: one member a field of
 * the NumPy record. Compiled with -ffp-contract=off: every operation is rounded as in the model.
 */

#include <math.h>
#include <stdint.h>

#include "records.h"

static double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

static double above_zero(double x) { return x > 0.0 ? x : 0.0; }

static double per_quarter(double rate_a) { return 1.0 - sqrt(sqrt(1.0 - clip(rate_a, 0.0, 1.0))); }

static void earns(struct soe *restrict soe, const struct city *restrict city, const struct par *restrict par)
{
    double price = city->sale_price[soe->group];
    double wages = city->wage / city->wage_0 * (1.0 - par->capital_share) * soe->output_0 * soe->labour / soe->labour_0;
    double upkeep = par->maintenance * par->depreciation * soe->capital;
    soe->profit = soe->output * (price - par->production_tax - par->social_burden) - wages - upkeep;
    double rate_a = above_zero(par->loan_rate_a - par->loan_advantage_a * soe->state_share * (double)soe->identity);
    soe->interest = 0.25 * rate_a * soe->debt;
    soe->coverage = soe->interest <= 0.0 ? 10.0 : clip(soe->profit / soe->interest, -10.0, 10.0);
    soe->shortfall = above_zero(soe->interest - soe->profit);
    int64_t in_distress = soe->coverage < 1.0;
    soe->distress = in_distress ? soe->distress + 1 : 0;
    soe->history = ((soe->history << 1) | in_distress) & 63;
    int64_t count = 0;
    for (int bit = 0; bit < 6; bit++)
        count += (soe->history >> bit) & 1;
    soe->zombie = count >= 4 && in_distress;
}

static void survives(struct soe *restrict soe, struct city *restrict city, const struct policy *restrict policy,
                     const struct par *restrict par, double u)
{
    if (soe->distress < 2)
        return;
    double exit = policy->zombie_exit[soe->group];
    double rolled = (1.0 - per_quarter(1.0 - par->rollover_a)) * (1.0 - per_quarter(exit));
    if (u <= rolled)
        return;
    double labour_before = soe->labour;
    if (u - rolled < par->restructured_share * (1.0 - rolled)) {
        city->freed_capital += 0.3 * soe->capital;
        city->written_off += 0.5 * soe->debt;
        city->freed_labour += 0.3 * soe->labour;
        soe->capital *= 0.7;
        soe->debt *= 0.5;
        soe->labour *= 0.7;
        soe->distress = 0;
        soe->history = 0;
    } else {
        city->freed_capital += soe->capital;
        city->written_off += soe->debt;
        city->freed_labour += soe->labour;
        city->orphaned_output[soe->group] += soe->output;
        soe->capital = 0.0;
        soe->debt = 0.0;
        soe->labour = 0.0;
        soe->alive = 0;
    }
    soe->zombie = 0;
    soe->shortfall = 0.0;
    if (exit > 0.0)
        city->exit_cost += par->severance_quarters * city->wage * (labour_before - soe->labour);
}

static void cuts_capacity(struct soe *restrict soe, struct city *restrict city, const struct policy *restrict policy,
                          const struct par *restrict par)
{
    double ordered = policy->capacity_cut[soe->group];
    if (ordered <= 0.0 || city->utilisation[soe->group] >= par->cut_threshold)
        return;
    double cut = per_quarter(ordered);
    city->freed_labour += cut * soe->labour;
    city->exit_cost += par->severance_quarters * city->wage * cut * soe->labour;
    city->written_off += par->cut_write_off * cut * soe->debt;
    city->cut_capital += cut * soe->capital;
    soe->capital *= 1.0 - cut;
    soe->labour *= 1.0 - cut;
    soe->debt *= 1.0 - par->cut_write_off * cut;
}

static void plans_investment(struct soe *restrict soe, struct city *restrict city, const struct par *restrict par)
{
    double growth = clip(log(soe->output / soe->output_last), -0.05, 0.06);
    soe->growth_expected =
        par->expectation_weight * soe->growth_expected + (1.0 - par->expectation_weight) * growth;
    soe->output_last = soe->output;
    double ratio = soe->utilisation / par->normal_utilisation;
    double soft = par->soft_budget * (double)soe->identity;
    double pull = (1.0 + soft) * above_zero(ratio - 1.0) - (1.0 - soft) * above_zero(1.0 - ratio);
    double floor = -0.3 * par->depreciation;
    double expected = soe->growth_expected > floor ? soe->growth_expected : floor;
    double rate = par->depreciation + expected + par->soe_investment_speed * pull;
    double plan = soe->capital * clip(rate, 0.0, 0.08);
    if (soe->zombie) {
        double most = 0.3 * par->depreciation * soe->capital;
        plan = plan < most ? plan : most;
    }
    double cash = par->cash_reinvested * above_zero(soe->profit - soe->interest);
    double room = clip((par->debt_cap - soe->debt / soe->capital) / 0.6, 0.0, 1.0);
    soe->borrowing = room * above_zero(plan - cash);
    soe->plan = (plan < cash ? plan : cash) + soe->borrowing;
    soe->loan = soe->borrowing + soe->shortfall;
    city->soe_loans += soe->loan;
}

void soes_decide(struct soe *soes, int64_t n, struct city *cities, const struct policy *policy,
                 const struct par *par, const double *u)
{
    for (int64_t j = 0; j < n; j++) {
        struct soe *soe = &soes[j];
        if (soe->alive != 1)
            continue;
        struct city *city = &cities[soe->city];
        earns(soe, city, par);
        survives(soe, city, policy, par, u[j]);
        if (soe->alive == 1) {
            cuts_capacity(soe, city, policy, par);
            plans_investment(soe, city, par);
        }
    }
}
