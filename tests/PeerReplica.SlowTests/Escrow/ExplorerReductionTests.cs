using System.Reflection;
using PeerReplica.Escrow;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>That counting states as one loses nothing that can happen.</summary>
public sealed class ExplorerReductionTests
{
    [Theory]
    [InlineData("takes and a transfer")]
    [InlineData("a transfer where nothing may be taken unseen")]
    [InlineData("a crash")]
    [InlineData("a crash and a transfer")]
    public void What_can_be_seen_is_the_same_with_and_without_it(string what)
    {
        var bounds = what switch
        {
            "takes and a transfer" => new ModelBounds { Takes = 2, Waits = 1 },
            "a transfer where nothing may be taken unseen" => new ModelBounds { Allowance = 0, Waits = 1 },
            "a crash" => new ModelBounds { Takes = 1, Proposals = 1, Crashing = [0], MayDeclareDead = true },
            _ => new ModelBounds { Allowance = 0, Waits = 1, Proposals = 1, Crashing = [0], MayDeclareDead = true },
        };
        var (reduced, whole) = (new Explorer(bounds), new Explorer(bounds with { IsReduced = false }));
        Assert.Null(reduced.Run());
        Assert.Null(whole.Run());
        Assert.True(reduced.IsComplete && whole.IsComplete);
        Assert.True(reduced.States < whole.States || what == "a transfer where nothing may be taken unseen");
        Assert.Equal(whole.Outcomes().Order(StringComparer.Ordinal), reduced.Outcomes().Order(StringComparer.Ordinal));
    }

    /// <summary>A number that is added to the engine is either renamed or is none of those that grow with the records written.</summary>
    [Fact]
    public void Every_number_of_a_record_is_known_to_the_renaming()
    {
        string[] renamed = ["AccountSide.LimitSince", "AccountSide.GrantedSince", "RightsTransfer.Since", "Mark.Sequence", "AccountBook._limitSince", "AccountBook._grantedSince", "EscrowView._since", "EscrowView._acked", "ClosedAccounts._byAccount"];
        string[] others = ["ConsensusRecord.Slot", "Ballot.Round", "EscrowView._known"];
        string[] comparedOnly = ["Giver.Acked"];
        string[] unused = ["Reservation.Sequence", "ReservationRecord.Number", "ReservationRecord.Ticket", "ReservationRecord.Version", "ReservationRequest.Ticket", "ReservationRequest.Number", "ReservationRequest.Seen", "Withdrawal.Number", "Withdrawal.Ticket", "ReservationAuthority._lastNumber", "ReservationAuthority._seenVersion", "EscrowView.Contained"];
        var numbers = typeof(EscrowEngine).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(EscrowEngine).Namespace && !t.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)))
            .SelectMany(t => t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic), (t, f) => (Type: t, Field: f))
            .Where(x => IsNumber(x.Field.FieldType))
            .Select(x => $"{x.Type.Name}.{x.Field.Name.Replace("<", "", StringComparison.Ordinal).Replace(">k__BackingField", "", StringComparison.Ordinal)}");
        Assert.Equal([.. renamed.Concat(others).Concat(comparedOnly).Concat(unused).Order(StringComparer.Ordinal)], numbers.Order(StringComparer.Ordinal).ToArray());
    }

    private static bool IsNumber(Type type) => type == typeof(ulong) || (type.IsGenericType && type.GetGenericArguments().Any(IsNumber));
}
