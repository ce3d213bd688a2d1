using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>Which bytes are a decision about an identity.</summary>
public sealed class ExpulsionRecordTests
{
    private static readonly byte[] s_key = ExpulsionsObject.KeyOf("key:1");
    private static readonly byte[] s_decision = ExpulsionsObject.Encode(true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_decision_is_read_as_it_was_written(bool isExpelled)
    {
        Assert.True(ExpulsionsObject.TryRead(ExpulsionsObject.Encode(isExpelled), out var read));
        Assert.Equal(isExpelled, read);
    }

    [Fact]
    public void Fields_of_a_later_version_are_passed_over()
    {
        Assert.True(ExpulsionsObject.TryRead([0x92, 0xC3, 0x01], out var isExpelled));
        Assert.True(isExpelled);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("C3")]
    [InlineData("9101")]
    [InlineData("91")]
    [InlineData("90C3")]
    public void Other_bytes_are_no_decision_and_expel_nobody(string hex)
    {
        Assert.False(ExpulsionsObject.TryRead(Convert.FromHexString(hex), out var isExpelled));
        Assert.False(isExpelled);
    }

    [Theory]
    [InlineData(nameof(RecordFlags.None), true)]
    [InlineData(nameof(RecordFlags.Counter), true)]
    [InlineData(nameof(RecordFlags.Removal), false)]
    [InlineData(nameof(RecordFlags.Observed), false)]
    [InlineData(nameof(RecordFlags.Expiry), false)]
    public void A_decision_removes_nothing_observes_nothing_and_does_not_expire(string flags, bool isSound)
    {
        var record = new RawRecord { Flags = Enum.Parse<RecordFlags>(flags), Key = s_key, Payload = s_decision };
        Assert.Equal(isSound, ExpulsionsObject.IsSound(record));
    }

    [Fact]
    public void A_decision_has_an_identity_and_a_payload()
    {
        Assert.False(ExpulsionsObject.IsSound(new RawRecord { Key = s_decision, Payload = s_decision }));
        Assert.False(ExpulsionsObject.IsSound(new RawRecord { Key = s_key, Payload = s_key }));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(ExpulsionsObject.MaxIdentityBytes, true)]
    [InlineData(ExpulsionsObject.MaxIdentityBytes + 1, false)]
    public void An_identity_has_1_to_512_bytes(int length, bool isKey)
    {
        var expulsions = new ExpulsionsObject(static _ => { });
        Assert.Equal(isKey, expulsions.IsKey(ExpulsionsObject.KeyOf(new string('k', length))));
    }

    [Fact]
    public void A_key_is_one_identity_and_nothing_else()
    {
        var expulsions = new ExpulsionsObject(static _ => { });
        Assert.False(expulsions.IsKey([]));
        Assert.False(expulsions.IsKey([.. s_key, 0xC0]));
        Assert.Equal("key:1", ExpulsionsObject.IdentityOf((OpaqueEntry)expulsions.EntryOf(s_key)));
    }
}
