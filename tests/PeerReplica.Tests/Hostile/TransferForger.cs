using PeerReplica.Tests.Laws;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Hostile;

/// <summary>
/// Data frames of sound grammar and senseless content: intervals that overlap, dots used twice, records of nobody. They get past the decoder, to the
/// judgement and, now and then, into the store. Seeded.
/// </summary>
internal sealed class TransferForger(Random random, ReplicaId victim)
{
    private static readonly string[] s_objects = ["law.Map", "law.Set", "law.Counter", "$members"];
    private readonly FrameBuffer _body = new();
    private readonly FrameBuffer _frame = new();

    public ReadOnlySpan<byte> Next(ulong number)
    {
        _body.Reset();
        WriteFloor();
        for (var sections = random.Next(5); sections > 0; sections--) WriteSection();
        var flags = DataFlags.First | DataFlags.Last | DataFlags.Fresh;
        if (random.Next(3) == 0) flags |= DataFlags.FullState;
        if (random.Next(4) == 0) flags |= DataFlags.Repair;
        if (random.Next(20) == 0) flags = (DataFlags)random.Next(256);
        _frame.Reset();
        MessageWriter.WriteData(_frame, new DataHeader(number, flags), _body.Written);
        return _frame.Written;
    }

    private void WriteFloor()
    {
        if (random.Next(8) > 0)
        {
            _body.WriteArrayHeader(0);
            return;
        }

        _body.WriteArrayHeader(2);
        _body.WriteReplicaId(Origin());
        _body.WriteUInt((ulong)random.Next(3));
    }

    private void WriteSection()
    {
        _body.WriteReplicaId(Origin());
        _body.WriteUInt((ulong)random.Next(random.Next(3) == 0 ? 12 : 1));
        _body.WriteUInt((ulong)random.Next(12));
        for (var records = random.Next(4); records > 0; records--) WriteRecord();
        _body.WriteNil();
    }

    private void WriteRecord()
    {
        var isNext = random.Next(2) == 0;
        var isRemoval = random.Next(4) == 0;
        var hasObserved = random.Next(3) == 0;
        var expires = random.Next(6) == 0;
        var isDead = random.Next(6) == 0;
        var flags = (isNext ? 2 : 0) | (isRemoval ? 4 : 0) | (hasObserved ? 8 : 0) | (expires ? 16 : 0) | (isDead ? 32 : 0);
        _body.WriteUInt((ulong)flags);
        var name = s_objects[random.Next(s_objects.Length)];
        WriteObject(name);
        if (!isNext) _body.WriteUInt((ulong)random.Next(1, 5));
        _body.WriteInt(random.Next(-5, 50));
        if (name == "$members") _body.WriteReplicaId(random.Next(4) == 0 ? victim : Origin());
        else if (name == "law.Counter") _body.WriteNil();
        else _body.WriteInt(random.Next(6));
        if (!isRemoval) _body.WriteInt(random.Next(1000));
        if (hasObserved) WriteObserved();
        if (expires) _body.WriteUInt((ulong)random.NextInt64(1L << random.Next(1, 62)));
        if (!isDead) return;
        _body.WriteReplicaId(Origin());
        _body.WriteUInt((ulong)random.Next(12));
    }

    private void WriteObject(string name)
    {
        _body.WriteArrayHeader(3);
        _body.WriteText(name);
        _body.WriteUInt(name == "$members" ? 15 : (ulong)ObjectKinds.All.Single(k => k.Identity.Name == name).Kind);
        _body.WriteText(name == "$members" ? "replica" : ObjectKinds.All.Single(k => k.Identity.Name == name).KeyEncoding);
    }

    private void WriteObserved()
    {
        var count = random.Next(3);
        _body.WriteArrayHeader(count * 2);
        for (; count > 0; count--)
        {
            _body.WriteReplicaId(Origin());
            _body.WriteUInt((ulong)random.Next(14));
        }
    }

    private ReplicaId Origin() => random.Next(20) == 0 ? victim : new ReplicaId((UInt128)random.Next(1, 6));
}
