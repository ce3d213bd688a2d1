using MessagePack;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Laws;

/// <summary>The kinds of objects that the laws are tested for. A new kind joins by a line here.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="KeyEncoding">What its keys are called on the wire.</param>
/// <param name="Keys">How many different keys the tests use.</param>
/// <param name="CanRemove">Whether entries can be removed.</param>
/// <param name="CanExpire">Whether entries may carry a time to live.</param>
internal sealed record ObjectKinds(ObjectKind Kind, string KeyEncoding, int Keys, bool CanRemove, bool CanExpire)
{
    public static IReadOnlyList<ObjectKinds> All { get; } =
    [
        new(ObjectKind.Counter, "", 1, CanRemove: false, CanExpire: false),
        new(ObjectKind.Register, "", 1, CanRemove: true, CanExpire: false),
        new(ObjectKind.MultiValueRegister, "", 1, CanRemove: true, CanExpire: false),
        new(ObjectKind.Map, "i64", 4, CanRemove: true, CanExpire: true),
        new(ObjectKind.Set, "utf8", 4, CanRemove: true, CanExpire: false),
        new(ObjectKind.Flag, "", 1, CanRemove: true, CanExpire: false),
        new(ObjectKind.Presence, "replica", 4, CanRemove: true, CanExpire: false),
        new(ObjectKind.BoundedCounter, "", 1, CanRemove: false, CanExpire: false),
        new(ObjectKind.Pool, "", 1, CanRemove: false, CanExpire: false),
        new(ObjectKind.Reservation, "i64", 4, CanRemove: true, CanExpire: true),
        new(ObjectKind.Consensus, "", 1, CanRemove: false, CanExpire: false),
        new(ObjectKind.Touches, "i64", 4, CanRemove: true, CanExpire: true),
        new(ObjectKind.Decisions, "slot", 4, CanRemove: false, CanExpire: false),
        new(ObjectKind.Expulsions, "identity", 4, CanRemove: false, CanExpire: false),
    ];

    public ObjectIdentity Identity => new($"law.{Kind}", Kind, KeyEncoding);

    public byte[] Key(int number)
    {
        var key = new FrameBuffer();
        switch (KeyEncoding)
        {
            case "":
                key.WriteNil();
                break;
            case "i64":
                key.WriteInt(number - 1);
                break;
            case "identity":
                key.WriteText($"key:{number}");
                break;
            case "utf8":
                key.WriteText($"key {number}");
                break;
            case "slot":
                key.WriteArrayHeader(2);
                key.WriteReplicaId(new ReplicaId(7));
                key.WriteUInt((ulong)number);
                break;
            default:
                key.WriteReplicaId(new ReplicaId((UInt128)(number + 1)));
                break;
        }

        return key.Written.ToArray();
    }

    /// <summary>A payload of the kind that stands for a number.</summary>
    public byte[] Payload(int value)
    {
        var payload = new FrameBuffer();
        var output = new MessagePackWriter(payload);
        switch (Kind)
        {
            case ObjectKind.BoundedCounter or ObjectKind.Pool:
                (AccountRecord.Empty with { Stock = value }).Encode(ref output);
                break;
            case ObjectKind.Reservation:
                new ReservationRecord(ReservationState.Held, Math.Abs(value), default, 0, default, 0, 1, []).Encode(ref output);
                break;
            case ObjectKind.Consensus:
                new ConsensusRecord { Slot = (ulong)Math.Abs(value) }.Encode(ref output);
                break;
            case ObjectKind.Decisions:
                output.WriteDecision(new Decision { BootstrapId = new ReplicaId(7), Voters = [new ReplicaId((UInt128)Math.Abs(value))] });
                break;
            case ObjectKind.Expulsions:
                output.WriteArrayHeader(2);
                output.WriteBool(value % 2 == 0);
                output.WriteInt(value);
                break;
            default:
                output.WriteInt(value);
                break;
        }

        output.Flush();
        return payload.Written.ToArray();
    }
}
